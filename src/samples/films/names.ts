// People, places and titles of the generated world. All invented; titles say nothing about the genre.
import type { Dice } from './dice.ts'

const list = (text: string): string[] => text.trim().split(/\s+/)

const women =
  list(`Ada Amara Beatriz Carla Chiara Dalia Edith Elif Esther Farah Greta Hana Ines Iris Jana Keiko
  Leila Lucía Maren Mina Nadia Noor Olga Priya Renée Rosa Selma Sofía Tamar Ulla Vera Wanda Yara Zoë`)
const men =
  list(`Abel Aziz Bruno Cesar Dario Elias Emre Felix Gustav Hugo Idris Ivo Jonas Kofi Lars Leo Marek
  Mateo Milan Nils Omar Otto Pavel Rafael Ravi René Samir Stefan Tariq Theo Ugo Viktor Wendell Yusuf`)
const families =
  list(`Abara Almeida Aster Bellweather Brandt Calloway Castellan Dorn Duarte Eklund Farrow Ferreira
  Galanis Hale Harrow Ibarra Jansen Kaya Kessler Lindqvist Lowell Marchetti Moreau Nakano Novak Okafor Ortega
  Penhallow Quist Rahman Rook Sato Sorensen Tamm Thorne Vasquez Vogel Whitlock Yilmaz Zeller`)
const placeStarts =
  list(`Amber Black Bramble Cold Copper Elder Fern Gull Hollow Kestrel Lantern Linden Marrow
  North Otter Pale Quarry Raven Salt Silver Stone Thorn Winter Willow`)
const placeEnds = list(
  `Bay Bridge Creek Falls Field Haven Hill Lake Moor Point Port Ridge Sound Vale`,
)
const adjectives =
  list(`Last Quiet Second Long Hidden Broken Golden Empty Northern Distant Borrowed Final Open
  Perfect Silent Seventh Crooked Little Burning Patient`)
const nouns =
  list(`Bridge Garden Winter Mirror Letter Season Harbour River Promise Witness Shadow Signal Orchard
  Passage Summer Lantern Return Window Morning Crossing Stranger Debt Map Circle Echo Clock`)

export interface Person {
  readonly given: string
  readonly family: string
  readonly subject: 'he' | 'she'
  readonly possessive: 'his' | 'her'
}

export const drawPerson = (dice: Dice): Person => {
  const isWoman = dice.chance(0.5)
  return {
    given: dice.pick(isWoman ? women : men),
    family: dice.pick(families),
    subject: isWoman ? 'she' : 'he',
    possessive: isWoman ? 'her' : 'his',
  }
}

export const drawPlace = (dice: Dice): string => `${dice.pick(placeStarts)} ${dice.pick(placeEnds)}`

const titleForms: readonly ((dice: Dice) => string)[] = [
  (dice) => `The ${dice.pick(adjectives)} ${dice.pick(nouns)}`,
  (dice) => `The ${dice.pick(adjectives)} ${dice.pick(nouns)}`,
  (dice) => `${dice.pick(adjectives)} ${dice.pick(nouns)}`,
  (dice) => `${drawPerson(dice).given}'s ${dice.pick(nouns)}`,
  (dice) => `The ${dice.pick(nouns)} of ${drawPlace(dice)}`,
  (dice) => drawPlace(dice),
  (dice) => `A ${dice.pick(nouns)} for ${drawPerson(dice).given}`,
  (dice) => `${drawPerson(dice).given} ${drawPerson(dice).family}`,
  (dice) => dice.shuffled(nouns).slice(0, 2).join(' and '),
  (dice) => `${dice.pick(nouns)} ${dice.whole(2, 99)}`,
]

export const drawTitle = (dice: Dice): string => dice.pick(titleForms)(dice)
