/**
 * Which language a text seems to be in, by its function words: the commonest ones, which carry grammar
 * and no subject, make up a third to a half of running text. It says nothing where it is not sure: of
 * few words, of names, of a language that is not here. No page.
 */

/** @type {Record<string, string>} by the language's code */
const WORDS = {
  en: "the of and to in is it that was he for on are with as his they at be this have from or by not but what all were we when your can said there an which their if will each about how up out them then she many some so these would other into has more her two like him see could no make than been its who did get may i you my me us our do does had a",
  fr: "le la les de des du et à un une est en que qui dans il elle ne pas pour sur se ce au aux plus par je avec tout nous vous mais ou où sont son sa ses leur on été être cette ces même comme fait ont si me lui était j'ai c'est n'est qu'il d'un d'une l'on y très tu te mon ma mes notre votre je j'y avez avons suis es a eu faire peu bien rien sans sous dont entre chez quand alors elles beaucoup encore aussi",
  pt: "o a os as de do da dos das e em no na nos nas um uma que não para por com se é foi ao à mais como mas eu ele ela eles isso este esta esse essa são ser seu sua você muito também já há quando está pelo pela nós ou me minha meu lhe tem tinha era",
  es: "el la los las de del y en un una que no se por con para su al lo como más pero es fue este esta ese son sus le ya o muy sin sobre también me hasta hay donde yo él ella ellos nos mi está cuando todo usted si desde porque tiene era",
  de: "der die das und in zu den von mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man ich wir ihr mir mich sein kann wenn was",
  it: "il lo la i gli le di del della dei delle e è che in un una non per con si da al alla nel nella sono ma come più anche o io lui lei noi voi questo questa quello ha ho hanno era essere suo sua ci se mi ti perché molto dove",
  nl: "de het een en van in is dat op te zijn met voor niet aan er die als hij ik ook om maar naar dan nog bij uit door over ze wordt wat geen heeft worden was zo deze tot je kan wel had we haar hem mijn dit",
  sv: "och i att det som en på är av för med den till inte om ett han men var jag hade de så har kan från vi hon nu sig ut när mig man efter eller vid kommer alla dig mycket där här",
  pl: "i w na z się nie do to że jest o jak za ale po co tak od go dla przez czy był już są ich tylko może być który która ma jego jej mnie tym ten było",
  ro: "și în de la cu nu o un este că pe mai din sunt care a se pentru fi ca au dar sau ce am lui era când fost după foarte acest îi",
  tr: "ve bir bu da de için ne çok o ben ama gibi daha var değil mi sen kadar her ile olarak şey sonra olan ya biz ki",
};

const FEWEST = 3; // function words that must be found
const SHARE = 0.2; // and what share of all words they must be
const RUNNING = 0.5; // and what share of them must be in small letters, or it is a list of names
const LEAD = 3; // times as many as of the language that is expected

/** @type {Map<string, Set<string>> | null} */
let sets = null;

function setsOf() {
  sets ??= new Map(Object.entries(WORDS).map(([code, words]) => [code, new Set(words.split(" "))]));
  return sets;
}

/**
 * The words of a text, an elided one (qu'il) with what follows.
 * @param {string} text
 */
function wordsOf(text) {
  return text.replaceAll("’", "'").match(/[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)?/gu) ?? [];
}

/**
 * The language that a text seems to be in, where that is another than is expected; "" where it is not,
 * or nothing sure can be said.
 * @param {string} text
 * @param {string} expected code of a language
 * @returns {string} code of a language
 */
export function foreignLanguage(text, expected) {
  const own = setsOf().get(expected);
  const words = wordsOf(text);
  const small = words.filter((word) => /^\p{Ll}/u.test(word)); // one with a capital may be a name: Los Angeles
  if (!own || small.length < RUNNING * words.length) return "";
  const hits = (/** @type {Set<string>} */ set) => small.filter((word) => set.has(word)).length;
  const counts = [...setsOf()].map(([code, set]) => ({ code, count: hits(set) }));
  const [{ code, count }, next] = counts.sort((a, b) => b.count - a.count);
  const enough = count >= Math.max(FEWEST, SHARE * words.length, LEAD * hits(own));
  return enough && count > next.count && code !== expected ? code : "";
}
