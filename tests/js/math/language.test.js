import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignLanguage } from "../../../static/js/math/language.js";

test("running text in another language is told by its function words", () => {
  const texts = {
    fr: "Je ne sais pas pourquoi il est parti hier soir sans dire un mot.",
    pt: "O animal não atravessou a rua porque estava muito cansado.",
    es: "El gato negro se sentó en la alfombra roja porque estaba cansado.",
    de: "Ich weiß nicht, wo er ist und was er von mir will.",
    en: "The animal didn't cross the street because it was too tired to do that.",
  };
  for (const [language, text] of Object.entries(texts)) {
    for (const expected of ["en", "pt"])
      assert.equal(
        foreignLanguage(text, expected),
        language === expected ? "" : language,
        `${text} ${expected}`,
      );
  }
});

test("names, few words, quotations and unknown languages raise no alarm", () => {
  const quiet = [
    "",
    "hello",
    "Bonjour",
    "Universidade Federal do Rio de Janeiro",
    "San Francisco, Los Angeles, El Paso, Las Vegas, La Jolla, Del Mar",
    "Vasco da Gama, Luís de Camões e Fernando Pessoa",
    "Jean de La Fontaine and Louis de Broglie met in Paris.",
    "The film La vie est un long fleuve tranquille is a comedy.",
    "ok ok ok ok ok",
    "Minä en tiedä missä hän on ja mitä hän haluaa.",
  ];
  for (const text of quiet) assert.equal(foreignLanguage(text, "en"), "", text);
  assert.equal(foreignLanguage("Je ne sais pas où il est.", "xx"), "");
});
