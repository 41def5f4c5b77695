// Written by `python -m app.schemas` from app/schemas.py: change it there.

export interface Axis {
  kind: "patch" | "token" | "frame" | "channel" | "kernel";
  size: number;
  prefix: number;
  grid: Grid | null;
  labels: string[] | null;
}

export interface Choice {
  site?: string | null;
  layer?: number | null;
  head?: string;
  query?: string;
  method?: Method;
}

export type Colormap = "viridis" | "inferno" | "vik" | "grey";

export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface FolderSource {
  kind: "folder";
  path: string;
  sha256: string;
}

export interface Grid {
  rows: number;
  columns: number;
  patch_size: number;
}

export interface HeadStatistics {
  site: string;
  layer: number;
  head: number;
  entropy: number;
  distance: number;
}

export interface Heads {
  entropy_unit?: "bits";
  distance_unit?: "pixels";
  heads: HeadStatistics[];
}

export interface Heatmap {
  model: string;
  resolution: number;
  site: string | null;
  head: string | null;
  query: string | null;
  method: Method;
  grid: Grid;
  crop: Crop;
  minimum: number;
  maximum: number;
  heatmap: number[][];
}

export interface Heatmaps {
  site: string;
  heads: string[];
  minimum: number[];
  maximum: number[];
  data: string;
}

export interface HubSource {
  kind: "hub";
  repository: string;
  revision: string;
  sha256: string;
}

export interface ImageInput {
  width: number;
  height: number;
  sha256: string;
  crop: Crop;
  notes: string[];
}

export interface ImageTrace {
  id: string;
  model: string;
  resolution: number;
  precision: string;
  input: ImageInput;
  grid: Grid;
  prefix: string[];
  sites: Site[];
  outputs: string[];
  heatmaps: Heatmaps[];
  timings: Timings;
  expires_at: string;
}

export type Method = "weights" | "rollout" | "saliency";

export type Mode = "overlay" | "heat" | "filter" | "attenuate";

export interface ModelCard {
  name: string;
  title: string;
  task: "image" | "translation" | "sentence";
  zoo: string;
  paper: string;
  paper_url: string;
  licence: string;
  credit: string;
  notes?: string;
  bytes: number;
  default?: boolean;
  source: WheelSource | HubSource | FolderSource;
  loaded: boolean;
}

export interface Picture {
  site?: string | null;
  layer?: number | null;
  head?: string;
  query?: string;
  method?: Method;
  mode?: Mode;
  colormap?: Colormap;
  opacity?: number;
  keep?: number;
  floor?: number;
  smooth?: boolean;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  parameter?: string | null;
}

export interface Saliency {
  width: number;
  height: number;
  saliency: number[][];
}

export interface Sample {
  name: string;
  title: string;
  alt: string;
  author: string;
  licence: string;
  source: string;
  url: string;
  width: number;
  height: number;
}

export interface Site {
  name: string;
  kind: "self" | "cross" | "gate";
  layer: number;
  heads: number;
  scale: number | null;
  query: Axis;
  key: Axis;
}

export interface Timings {
  decode_ms: number;
  forward_ms: number;
  heatmaps_ms: number;
  total_ms: number;
}

export interface Weights {
  site: string | null;
  head: string | null;
  query: string | null;
  method: Method;
  key: Axis;
  weights: number[] | number[][] | number[][][];
}

export interface WheelSource {
  kind: "wheel";
  requirement: string;
  file: string;
  sha256: string;
}
