// Written by `python -m foveate.app.wire` from app/wire: change it there.

export interface Aligner {
  site: string;
  head: number;
}

export interface Alignment {
  model: string;
  reverse: string | null;
  translated: boolean;
  source: Text;
  target: Text;
  source_words: string[];
  target_words: string[];
  tokens: AlignmentWeights;
  forward: number[][];
  backward: number[][] | null;
  strengths: number[][];
  threshold: number;
  links: Link[];
  pharaoh: string;
}

export interface AlignmentRequest {
  text: string | string[];
  target?: string | string[] | null;
  model?: string | null;
  threshold?: number;
}

export interface AlignmentWeights {
  site: string;
  head: number;
  source_words: string[];
  target_words: string[];
  weights: number[][];
  word_weights: number[][];
  row_sums: number[];
  threshold: number;
  links: Link[];
  pharaoh: string;
}

export type Axis = TokenAxis | PatchAxis | ChannelAxis | BranchAxis;

export interface Beam {
  width: number;
  nodes: BeamNode[];
  path: number[];
}

export interface BeamNode {
  parent: number | null;
  step: number;
  token: Candidate;
  score: number;
  normalised: number;
  state: "kept" | "pruned" | "finished";
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface BranchAxis {
  kind: "branch";
  size: number;
  labels: string[];
}

export interface CamChoice {
  method?: "grad-cam" | "hirescam" | "layercam";
  layer?: string | null;
  class?: string | null;
}

export interface CamPicture {
  method?: "grad-cam" | "hirescam" | "layercam";
  layer?: string | null;
  class?: string | null;
  lens?: Lens;
  colormap?: Colormap;
  opacity?: number;
  keep?: number;
  floor?: number;
  smooth?: boolean;
}

export interface Candidate {
  id: number;
  text: string;
  probability: number;
}

export interface CarriedFrame {
  number: number;
  time: number;
  peak: number;
  threshold: number;
  share: number;
}

export interface ChannelAxis {
  kind: "channel";
  size: number;
}

export interface Choice {
  site?: string | null;
  layer?: number | null;
  stack?: string | null;
  head?: string;
  query?: string;
  method?: Method;
}

export interface ClassMap {
  model: string;
  method: "grad-cam" | "hirescam" | "layercam";
  layer: string;
  classified: ClassProbability;
  grid: Grid;
  crop: Crop;
  minimum: number;
  maximum: number;
  heatmap: number[][];
}

export interface ClassProbability {
  number: number;
  label: string;
  probability: number;
}

export interface Click {
  row: number;
  column: number;
  similarity?: number;
}

export interface ClipInput {
  width: number;
  height: number;
  duration: number;
  sha256: string;
  crop: Crop;
  notes: string[];
}

export type Colormap = "viridis" | "inferno" | "vik" | "grey";

export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface DecodingStep {
  token: Candidate;
  candidates: Candidate[];
  entropy: number;
  vocabulary: number;
}

export interface Difference {
  measure: "iou" | "psnr" | "overlap" | "cosine" | "same";
  value: number | null;
  words: string;
  other: string;
}

export interface EmbeddedToken {
  token: Token;
  vector: number[];
  neighbours: Neighbour[];
}

export interface Embeddings {
  model: string;
  vocabulary: number;
  width: number;
  tokens: EmbeddedToken[];
}

export interface EmbeddingsRequest {
  text: string;
  top?: number;
}

export interface FolderSource {
  kind: "folder";
  path: string;
  sha256: string;
  file?: string;
}

export interface FramePicture {
  site?: string | null;
  query?: string | null;
  head?: string;
  lens?: Lens;
  colormap?: Colormap;
  opacity?: number;
  keep?: number;
  floor?: number;
  smooth?: boolean;
}

export interface GateAverage {
  site: string;
  values: number[];
  mean: number;
}

export interface GateAverages {
  model: string;
  samples: string[];
  gates: GateAverage[];
}

export interface GateValues {
  site: string;
  of: "channel" | "place" | "branch";
  labels: string[] | null;
  values: number[];
  computed: number[] | null;
  mean: number;
  opens: string | null;
  setting: "open" | "closed" | "flat" | number | Record<string, number> | null;
  rows: number | null;
  columns: number | null;
}

export interface Grid {
  rows: number;
  columns: number;
  patch_size: number;
}

export interface GrowthRequest {
  text: string;
  model?: string | null;
}

export interface HeadStatistics {
  site: string;
  stack: string;
  layer: number;
  head: number;
  entropy: number;
  distance: number | null;
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
  suffix: string[];
  sites: Site[];
  outputs: string[];
  methods: Method[];
  offers: Offers;
  intervention: Intervention;
  drawn: boolean;
  heatmaps: Heatmaps[];
  timings: Timings;
  expires_at: string;
}

export interface Intervention {
  gates?: Record<string, "open" | "closed" | "flat" | number | Record<string, number>>;
  cuts?: string[];
  attention?: "on" | "off";
  pin?: number[] | null;
  positions?: "kept" | "shuffled" | "removed";
  frame?: number | null;
}

export interface LabActivation {
  label: string;
  rows: number;
  columns: number;
  values: number[];
}

export interface LabHead {
  model: string;
  trace_id: string;
  kind: "pooling" | "gate" | "block";
  chooses: string;
  words: string;
  offers: Offers;
  intervention: Intervention;
  verdict: ClassProbability[];
  sites: LabSite[];
  activation: LabActivation | null;
  forward_ms: number;
}

export interface LabPhoto {
  input: ImageInput;
  heads: LabHead[];
}

export interface LabSite {
  name: string;
  key: Axis;
  normalised: boolean;
  values: number[];
}

export interface Layer {
  name: string;
  grid: Grid;
  rows: ReceptiveField;
  columns: ReceptiveField;
}

export interface Layers {
  model: string;
  layers: Layer[];
}

export type Lens = "overlay" | "heat" | "filter" | "attenuate";

export interface Link {
  source: number;
  target: number;
  strength: number;
}

export interface MadeOutput {
  model: string;
  kind: "mask" | "picture" | "classes" | "features" | "segmentation";
  labels: string[] | null;
  shape: number[];
  values: unknown[];
}

export interface Maps {
  site: string;
  of: "x" | "y";
  channels: number[];
  maps: number[][][];
}

export type Method = "weights" | "rollout" | "window-rollout" | "saliency";

export interface ModelCard {
  name: string;
  title: string;
  family?: string;
  task: "image" | "video" | "translation" | "sentence";
  zoo: string;
  paper: string;
  paper_url: string;
  licence: string;
  credit: string;
  notes?: string;
  bytes: number;
  default?: boolean;
  optional?: boolean;
  pass_seconds?: number | null;
  attends?: boolean;
  classifies?: boolean;
  gated?: boolean;
  frames?: number | null;
  languages?: [string, string] | null;
  reverse?: string | null;
  aligner?: Aligner | null;
  source: WheelSource | HubSource | FolderSource | TrainedSource;
  loaded: boolean;
}

export interface Neighbour {
  id: number;
  text: string;
  cosine: number;
}

export interface NetworkEdge {
  source: string;
  target: string;
  kind: "forward" | "skip";
  name: string;
}

export interface NetworkNode {
  name: string;
  kind: string;
  path: "encoder" | "bottleneck" | "decoder";
  stage: number;
  channels: number;
  rows: number;
  columns: number;
  site: string | null;
  opens: string | null;
  words: string;
}

export interface NetworkTile {
  row: number;
  column: number;
  core: Box;
  whole: Box;
}

export interface NetworkView {
  model: string;
  nodes: NetworkNode[];
  edges: NetworkEdge[];
  tiles: NetworkTile[] | null;
}

export interface Offers {
  gates: string[];
  cuts: string[];
  attention: boolean;
  pin: boolean;
  positions: boolean;
  frame: boolean;
  output: "mask" | "picture" | "classes" | "features" | "segmentation" | null;
}

export interface Part {
  id: string;
  source: string;
  target: string;
}

export interface PartPicture {
  name: string;
  rows: number;
  columns: number;
  minimum: number;
  maximum: number;
  data: string;
}

export interface PatchAxis {
  kind: "patch";
  size: number;
  prefix: number;
  suffix: number;
  frames: number;
  grid: Grid;
  labels: string[];
}

export interface PatchToken {
  row: number;
  column: number;
  side: number;
  channel: number;
  pixels: number[];
  kernel: number[];
  bias: number;
  projected: number[];
  position: number[];
  alike: number[][];
}

export interface Picture {
  site?: string | null;
  layer?: number | null;
  stack?: string | null;
  head?: string;
  query?: string;
  method?: Method;
  lens?: Lens;
  colormap?: Colormap;
  opacity?: number;
  keep?: number;
  floor?: number;
  smooth?: boolean;
}

export interface Pin {
  source: number[];
  step?: number | null;
}

export interface Point {
  at: number;
  probability: number;
  first: ClassProbability;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  parameter?: string | null;
}

export interface Propagation {
  frame: number;
  by: "keys" | "features" | "attention";
  site: string | null;
  steps: number;
  rows: number;
  columns: number;
  frames: CarriedFrame[];
  data: string;
}

export interface PropagationRequest {
  frame?: number;
  click?: Click | null;
  mask?: string[] | null;
  by?: "keys" | "features" | "attention" | null;
  site?: string | null;
  context?: number;
  radius?: number;
  top?: number;
  temperature?: number;
  least?: number;
  format?: "json" | "npy" | "zip" | "webp" | "mp4";
}

export interface QueryKeyValue {
  site: string;
  head: number;
  query_number: number;
  query_label: string;
  key: Axis;
  shown: number[];
  query: number[];
  keys: number[][];
  scores: number[];
  scale: number;
  scaled: (number | null)[];
  weights: number[];
  values: number[][];
  weighted_sum: number[];
  output: number[];
  layer_output: number[];
}

export interface ReadingGrowth {
  model: string;
  lengths: ReadingLength[];
}

export interface ReadingLength {
  tokens: number;
  multiplications: number;
  steps: number;
  milliseconds: number;
}

export interface ReceptiveField {
  size: number;
  stride: number;
  start: number;
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

export interface Segment {
  number: number;
  label: string;
  colour: string;
  share: number;
}

export interface Segmentation {
  trace_id: string;
  model: string;
  rows: number;
  columns: number;
  data: string;
  classes: Segment[];
  words: string;
}

export interface Selection {
  model: string;
  judge: string;
  lens: Lens;
  classified: ClassProbability;
  points: Point[];
}

export interface SentenceRequest {
  text: string;
  pair?: string | null;
  model?: string | null;
}

export interface SentenceTrace {
  id: string;
  model: string;
  text: Text;
  sites: Site[];
  next: DecodingStep[];
  timings: TextTimings;
  expires_at: string;
}

export interface Site {
  name: string;
  kind: "self" | "cross" | "gate";
  stack: string;
  layer: number;
  heads: number;
  attention: "query-key" | "weights" | "gate";
  normalised: boolean;
  scale: number | null;
  causal: boolean;
  query: Axis;
  key: Axis;
}

export interface SpaceTime {
  site: string;
  head: string;
  query: string;
  minimum: number;
  maximum: number;
  when: number[];
  weights: number[][][];
}

export interface SpaceTimeChoice {
  site?: string | null;
  query?: string | null;
  head?: string;
}

export interface Statistics {
  entropy_unit?: "bits";
  distance_unit: "pixels" | "tokens";
  heads: HeadStatistics[];
}

export interface StreamSentence {
  sentence: number;
  sentences: number;
  source: Text;
}

export interface StreamStep {
  sentence: number;
  number: number;
  text: string;
  step: DecodingStep;
  alignment: number[] | null;
}

export interface StreetClass {
  number: number;
  label: string;
  colour: string;
  group: "thin" | "large" | "";
}

export interface StreetModel {
  model: string;
  kind: "plain" | "skips" | "gates" | "attention" | "patches";
  words: string;
  offers: Offers;
  intervention: Intervention;
  grid: Grid;
  sites: LabSite[];
  segmentation: Segmentation;
  notes: string[];
  forward_ms: number;
}

export interface StreetPhoto {
  input: ImageInput;
  classes: StreetClass[];
  models: StreetModel[];
}

export interface Text {
  text: string;
  tokens: Token[];
  words: Word[];
  notes: string[];
  second: number | null;
}

export interface TextTimings {
  forward_ms: number;
  total_ms: number;
}

export interface Timings {
  decode_ms: number;
  forward_ms: number;
  heatmaps_ms: number;
  total_ms: number;
}

export interface Token {
  id: number;
  text: string;
  surface: string;
  start: number;
  end: number;
  special: boolean;
  unknown: boolean;
}

export interface TokenAxis {
  kind: "token";
  size: number;
  labels: string[];
}

export interface Tokens {
  model: string;
  sentences: Text[];
}

export interface TokensRequest {
  text: string;
  model?: string | null;
}

export interface TrainedSource {
  kind: "trained";
  path: string;
  sha256: string;
  asked?: boolean;
}

export interface TranslationRequest {
  text: string;
  model?: string | null;
  target?: string | null;
  beam?: number;
  threshold?: number;
  pins?: Pin[];
  others?: number;
  attention?: boolean;
}

export interface TranslationTrace {
  id: string;
  model: string;
  languages: string[];
  source: Text;
  target: Text;
  forced: boolean;
  sites: Site[];
  outputs: string[];
  alignment: AlignmentWeights | null;
  steps: DecodingStep[];
  beam: Beam | null;
  paragraph: Part[];
  timings: TextTimings;
  expires_at: string;
}

export interface UnitChoice {
  row: number;
  column: number;
  layer?: string | null;
  channel?: number | null;
}

export interface UnitPicture {
  row: number;
  column: number;
  layer?: string | null;
  channel?: number | null;
  lens?: Lens;
  colormap?: Colormap;
  opacity?: number;
  keep?: number;
  floor?: number;
  smooth?: boolean;
}

export interface UnitView {
  model: string;
  layer: string;
  row: number;
  column: number;
  channel: number | null;
  box: Box;
  rows: ReceptiveField;
  columns: ReceptiveField;
  deviation: [number, number];
  share: number[][];
}

export interface Verdict {
  model: string;
  classes: ClassProbability[];
}

export interface VideoFrame {
  number: number;
  time: number;
  step: number;
}

export interface VideoSample {
  name: string;
  title: string;
  alt: string;
  author: string;
  licence: string;
  source: string;
  url: string;
  width: number;
  height: number;
  duration: number;
}

export interface VideoTrace {
  id: string;
  model: string;
  resolution: number;
  precision: string;
  input: ClipInput;
  frames: VideoFrame[];
  frame_width: number;
  frame_height: number;
  tubelet: number;
  apart: boolean;
  grid: Grid;
  prefix: string[];
  sites: Site[];
  outputs: string[];
  query: string;
  verdict: ClassProbability[];
  offers: Offers;
  intervention: Intervention;
  timings: Timings;
  expires_at: string;
}

export interface VideoVerdict {
  model: string;
  words: string;
  chooses: boolean;
  notes: string[];
  intervention: Intervention;
  verdict: ClassProbability[];
  when: number[] | null;
}

export interface VideoVerdicts {
  heads: VideoVerdict[];
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
  path: string;
  sha256: string;
  platform?: string | null;
}

export interface When {
  site: string;
  query: string;
  heads: string[];
  times: number[];
  when: number[][];
}

export interface Word {
  text: string;
  start: number;
  end: number;
  first: number;
  last: number;
  special: boolean;
}
