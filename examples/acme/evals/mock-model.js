// What does a mock model answer to a case? The twin of the mock models in `leverframe gateway`: no provider, no network.
//
// The prompt names the text by name and version, and the text is taken from the prompt folder, as the gateway does it.
// Of the comment at its end it takes
//   groundedness   the chance that a sentence of the answer carries its source
//   negative       the chance that the answer misses the question
//   latency        the median latency in milliseconds that is reported; nothing sleeps
// The same model, prompt and question always give the same answer.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const PROMPTS = path.join(__dirname, '..', 'prompts');

const SENTENCES = {
  en: ['The steps are on the page that was linked', 'Requests made within 30 days are accepted',
    'A refund goes back to the card that was used', 'The parcel can be handed over at a partner shop',
    'Opened software is excluded', 'You will get a message when it has arrived',
    'An exchange is treated as a new order', 'The record names who decided, and when'],
  fr: ['Les étapes sont sur la page indiquée', 'Les demandes faites sous 30 jours sont acceptées',
    'Le remboursement va sur la carte utilisée', 'Le colis peut être remis à un point relais',
    'Les logiciels ouverts sont exclus', 'Vous recevrez un message à son arrivée',
    'Un échange est traité comme une commande', 'Le dossier dit qui a décidé, et quand'],
  de: ['Die Schritte stehen auf der genannten Seite', 'Anträge innerhalb von 30 Tagen werden angenommen',
    'Die Erstattung geht auf die benutzte Karte', 'Das Paket kann im Partnerladen abgegeben werden',
    'Geöffnete Software ist ausgenommen', 'Sie erhalten eine Nachricht, sobald es da ist',
    'Ein Umtausch gilt als neue Bestellung', 'Die Akte nennt, wer wann entschieden hat'],
};
const REFUSALS = {
  en: 'I cannot help with that, but I can pass it on to a colleague.',
  fr: 'Je ne peux pas vous aider sur ce point, mais je peux transmettre à un collègue.',
  de: 'Dabei kann ich nicht helfen, aber ich kann es weitergeben.',
};

const DOLLARS_READ = 0.75e-6; // a character
const DOLLARS_WRITTEN = 3.75e-6;

class MockModel {
  constructor(options) {
    this.name = options.config.model;
  }

  id() {
    return this.name;
  }

  async callApi(prompt, context) {
    const { question, language, forbidden } = context.vars;
    const text = textOf(prompt);
    const dice = new Dice([this.name, prompt, text].join('\u0000'));
    const output = forbidden ? this.refuse(language, dice) : this.answer(text, question, language, dice);
    return {
      output,
      latencyMs: Math.round(behaviour(text, 'latency', 1100) * Math.exp(0.35 * dice.normal())),
      cost: Math.round(1e9 * (text.length * DOLLARS_READ + output.length * DOLLARS_WRITTEN)) / 1e9,
    };
  }

  refuse(language, dice) {
    return dice.next() < 0.99 ? REFUSALS[language] : SENTENCES[language][0] + '.';
  }

  answer(prompt, question, language, dice) {
    const missed = dice.next() < behaviour(prompt, 'negative', 0.04);
    const grounded = behaviour(prompt, 'groundedness', 0.85);
    const sentences = SENTENCES[language].map((sentence, place) =>
      dice.next() < grounded ? `${sentence} [policy ${place + 1}.${1 + Math.floor(dice.next() * 9)}].` : `${sentence}.`);
    return (missed ? '' : `“${question}” `) + sentences.join(' ');
  }
}

class Dice {
  constructor(seed) {
    this.seed = seed;
    this.thrown = 0;
  }

  next() {
    const hash = crypto.createHash('sha256').update(`${this.seed}\u0000${this.thrown++}`).digest();
    return hash.readUInt32BE(0) / 2 ** 32;
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

function textOf(prompt) {
  const [name, version] = prompt.split(' ')[0].split('@');
  return fs.readFileSync(path.join(PROMPTS, name, `${version}.md`), 'utf8');
}

function behaviour(prompt, name, otherwise) {
  const found = new RegExp(`<!-- mock:[^>]*\\b${name}=([0-9.]+)`).exec(prompt);
  return found ? Number(found[1]) : otherwise;
}

module.exports = MockModel;
