/**
 * What is changed in a network before its pass: gates that are set, skips that are cut. How a link
 * spells it stands here, and its JSON is what the API takes.
 *
 * @typedef {"open" | "closed" | "flat"} Word
 * @typedef {Readonly<Record<string, number>>} ByChannel numbers 0 to 1, the other channels as computed
 * @typedef {Word | number | ByChannel} Setting
 * @typedef {Readonly<Record<string, Setting>>} Settings by the names of gates, or "all"
 * @typedef {"kept" | "shuffled" | "removed"} Positions what becomes of the patches' position embeddings
 * @typedef {{gates: Settings, cuts: readonly string[], positions?: Positions}} Intervention
 */

export const ALL = "all";
const MOST = 64; // gates or skips that a link names
const NAME = /^[\w.-]{1,80}$/;
const WORD = /^(open|closed|flat)$/;

/** @type {Readonly<Settings>} */
export const NO_SETTINGS = Object.freeze({});

/** @param {Intervention} intervention */
export function isUntouched({ gates, cuts }) {
  return !cuts.length && !Object.keys(gates).length;
}

/**
 * What a gate is set to: by its own name before that of all; null as computed.
 * @param {Settings} gates
 * @param {string} site
 * @returns {Setting | null}
 */
export function settingOf(gates, site) {
  return gates[site] ?? gates[ALL] ?? null;
}

/**
 * Which of the switch's places a setting is.
 * @param {Setting | null} setting
 * @returns {"computed" | Word | "hand"}
 */
export function switchOf(setting) {
  if (setting === null) return "computed";
  return typeof setting === "string" ? setting : "hand";
}

/**
 * The settings with one gate's changed; null gives it back to the network, or to what all are set to.
 * @param {Settings} gates
 * @param {string} site
 * @param {Setting | null} setting
 * @returns {Settings}
 */
export function withSetting(gates, site, setting) {
  const { [site]: _, ...others } = gates;
  return setting === null ? others : { ...others, [site]: setting };
}

/**
 * The numbers that are set by hand in a gate, none where it is set as a whole.
 * @param {Setting | null} setting
 * @returns {ByChannel}
 */
export function byChannel(setting) {
  return typeof setting === "object" && setting !== null ? setting : {};
}

/** @param {Settings} gates */
export function spellSettings(gates) {
  return Object.entries(gates)
    .map(([site, setting]) => `${site}~${spellSetting(setting)}`)
    .join(";");
}

/** @param {Setting} setting */
function spellSetting(setting) {
  if (typeof setting !== "object") return String(setting);
  return Object.entries(setting)
    .map(([channel, value]) => `${channel}_${value}`)
    .join(",");
}

/**
 * @param {string} text
 * @returns {Settings | null} null where anything in it is no setting
 */
export function parseSettings(text) {
  const entries = text ? text.split(";").map(parseEntry) : [];
  const found = entries.filter((entry) => entry !== null);
  return found.length === entries.length && found.length <= MOST ? Object.fromEntries(found) : null;
}

/**
 * @param {string} text
 * @returns {[string, Setting] | null}
 */
function parseEntry(text) {
  const [site, spelled, ...rest] = text.split("~");
  if (!NAME.test(site) || spelled === undefined || rest.length) return null;
  if (WORD.test(spelled)) return [site, /** @type {Word} */ (spelled)];
  const setting = spelled.includes("_") ? parseChannels(spelled) : share(spelled);
  return setting === null ? null : [site, setting];
}

/**
 * @param {string} text
 * @returns {ByChannel | null}
 */
function parseChannels(text) {
  const pairs = text.split(",").map((pair) => pair.split("_"));
  const values = pairs.map(([channel, value, ...rest]) =>
    /^\d{1,5}$/.test(channel) && !rest.length ? share(value) : null,
  );
  if (values.includes(null)) return null;
  return Object.fromEntries(pairs.map(([channel], at) => [channel, /** @type {number} */ (values[at])]));
}

/** @param {string | undefined} text */
function share(text) {
  return text !== undefined && /^(0|1|[01]\.\d{1,4})$/.test(text) && Number(text) <= 1 ? Number(text) : null;
}

/** @param {readonly string[]} names */
export function spellNames(names) {
  return names.join(",");
}

/**
 * @param {string} text
 * @returns {string[] | null}
 */
export function parseNames(text) {
  const names = text ? text.split(",") : [];
  return names.length <= MOST && names.every((name) => NAME.test(name)) ? names : null;
}

/**
 * One sentence on what is changed; "" where nothing is.
 * @param {Intervention} intervention
 */
export function toldOf({ gates, cuts }) {
  const parts = Object.entries(gates).map(([site, setting]) => `${told(site)} ${toldSetting(setting)}`);
  if (cuts.length) parts.push(`${cuts.join(", ")} cut`);
  return parts.join("; ");
}

/** @param {string} site */
function told(site) {
  return site === ALL ? "all gates" : site;
}

/** @param {Setting} setting */
export function toldSetting(setting) {
  if (typeof setting === "string") return setting;
  if (typeof setting === "number") return `at ${setting.toFixed(2)}`;
  const channels = Object.entries(setting).map(([channel, value]) => `${channel} at ${value.toFixed(2)}`);
  return `channel ${channels.join(", ")}`;
}
