// The overview of a film: a few sentences from a small grammar. Genres that the text shall tell get two to three of the
// nine phrases, a distractor gets one, and the rest is neutral.
import { drawPerson, drawPlace } from './names.ts'
import { neutralVocabulary, vocabulary } from './vocabulary.ts'

import type { Dice } from './dice.ts'
import type { Hints } from './hints.ts'
import type { Person } from './names.ts'
import type { PhraseKind } from './vocabulary.ts'

interface Phrase {
  readonly text: string
  readonly isNeutral: boolean
}

/** The phrases a sentence uses, in the order in which its forms name them. */
const sentenceKinds = [
  ['who', 'where', 'what'],
  ['who', 'thing', 'what'],
  ['where', 'thing', 'theme'],
] as const satisfies readonly (readonly PhraseKind[])[]

interface Cast {
  readonly hero: Person
  readonly other: Person
  readonly town: string
}

type SentenceForm = (phrases: readonly [string, string, string], cast: Cast) => string

const article = (noun: string): string => (/^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`)
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const openings: readonly SentenceForm[] = [
  ([who, where, what], { hero }) =>
    `${hero.given} ${hero.family}, ${article(who)} ${where}, has to ${what}.`,
  ([who, where, what], { hero }) =>
    `${upper(article(who))} named ${hero.given} wakes up ${where} and must ${what}.`,
  ([who, where, what], { hero }) =>
    `${upper(where)}, ${who} ${hero.given} ${hero.family} gets one chance to ${what}.`,
  ([who, where, what], { hero, town }) =>
    `${hero.given} leaves ${town} to work as ${article(who)} ${where}, only to ${what}.`,
  ([who, where, what], { hero }) =>
    `Nobody ${where} believes that ${hero.given}, ${article(who)}, could ever ${what}.`,
  ([who, where, what], { hero, town }) =>
    `${town}, today: ${article(who)} called ${hero.given} ${hero.family} tries to ${what}, and ends up ${where}.`,
  ([who, where, what], { hero, other }) =>
    `Together with ${other.given}, ${hero.given}, ${article(who)}, plans to ${what} ${where}.`,
]

const middles: readonly SentenceForm[] = [
  ([who, thing, what], { hero, other }) =>
    `Then ${other.given}, ${article(who)}, turns up with ${thing}, and ${hero.subject} agrees to ${what}.`,
  ([who, thing, what], { other }) =>
    `But ${thing} changes everything, and ${article(who)} named ${other.given} ${other.family} is asked to ${what}.`,
  ([who, thing, what], { hero }) =>
    `${upper(thing)} and ${article(who)} stand in ${hero.possessive} way, so ${hero.subject} decides to ${what}.`,
  ([who, thing, what], { hero, other }) =>
    `After ${thing}, ${other.given}, who used to be ${article(who)}, helps ${hero.given} to ${what}.`,
  ([who, thing, what], { hero }) =>
    `All ${hero.subject} has is ${thing}; all ${article(who)} wants is to ${what}.`,
]

const endings: readonly SentenceForm[] = [
  ([where, thing, theme]) => `What begins ${where} with ${thing} becomes a story about ${theme}.`,
  ([where, thing, theme], { hero }) =>
    `${upper(where)}, ${thing} teaches ${hero.given} something about ${theme}.`,
  ([where, thing, theme], { other }) =>
    `Soon it is about ${theme}: ${other.given} is last seen ${where}, looking for ${thing}.`,
  ([where, thing, theme]) => `There will be ${thing}, a long night ${where}, and ${theme}.`,
  ([where, thing, theme], { town }) =>
    `From ${town} to the final scene ${where}, it is ${thing} that leads to ${theme}.`,
]

const sentenceForms = [openings, middles, endings] as const

/** Chance that a sentence without any hint is left out, so that lengths differ. */
const DROP_NEUTRAL_CHANCE = 0.6

export const drawOverview = (hints: Hints, dice: Dice): string => {
  const slots = dice.shuffled(
    sentenceKinds.flatMap((_, sentence) => [0, 1, 2].map((at) => sentence * 3 + at)),
  )
  const phrases = new Map<number, Phrase>()
  const fill = (count: number, from: typeof neutralVocabulary, isNeutral: boolean): void => {
    for (const slot of slots.splice(0, count)) {
      const kind = sentenceKinds[Math.floor(slot / 3)]![slot % 3]!
      phrases.set(slot, { text: dice.pick(from[kind]), isNeutral })
    }
  }
  for (const genre of hints.told)
    fill(dice.whole(2, hints.told.length > 3 ? 2 : 3), vocabulary[genre], false)
  if (hints.distractor !== undefined) fill(1, vocabulary[hints.distractor], false)
  fill(slots.length, neutralVocabulary, true)

  const hero = drawPerson(dice)
  let other = drawPerson(dice)
  while (other.given === hero.given) other = drawPerson(dice)
  const cast: Cast = { hero, other, town: drawPlace(dice) }
  return sentenceForms
    .flatMap((forms, sentence) => {
      const used = [0, 1, 2].map((at) => phrases.get(sentence * 3 + at)!)
      const isDropped = used.every((phrase) => phrase.isNeutral) && dice.chance(DROP_NEUTRAL_CHANCE)
      const form = dice.pick(forms)
      const [first, second, third] = used.map((phrase) => phrase.text)
      return isDropped && sentence > 0 ? [] : [form([first!, second!, third!], cast)]
    })
    .join(' ')
}
