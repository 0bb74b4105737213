// The phrases that overviews are made of, by genre, plus neutral ones. Content words return within a genre, and some
// ("murder", "battle", "ghost") are shared by several, so single words help without settling anything.
import type { Genre } from './genres.ts'

export interface Vocabulary {
  /** A person, without article. */
  readonly who: readonly string[]
  /** A place, with its preposition. */
  readonly where: readonly string[]
  /** Something to be done, as an infinitive. */
  readonly what: readonly string[]
  /** An object, with its article. */
  readonly thing: readonly string[]
  /** What it is about in the end. */
  readonly theme: readonly string[]
}

export type PhraseKind = keyof Vocabulary

const list = (text: string): string[] => text.trim().split(/\s*;\s*/)

/** Phrases that any film may use. */
export const neutralVocabulary: Vocabulary = {
  who: list(`teacher; young nurse; retired engineer; shop owner; taxi driver; gardener; student; baker;
    widowed father; bus driver; translator; postal clerk; mechanic; architect; fisherman; waitress;
    pharmacist; former swimmer; cook; night porter; carpenter; accountant; librarian; newcomer`),
  where: list(`in a small coastal town; in the capital; on the edge of the city; in a quiet suburb;
    on a northern island; in a mountain village; in an old apartment block; at a roadside hotel;
    near the harbour; in a rented room; at a summer house; by the river; in a remote valley;
    at a busy market; on the last train of the day; in the town where everyone knows everyone`),
  what: list(`start again after a long absence; keep a promise made years ago; find an old friend;
    leave the past behind; make a decision before Sunday; return home for one last time;
    tell the whole truth; look after a stranger; finish what someone else began; choose a side;
    get through the winter; repay an old debt; trust someone new; explain a missing week;
    bring two rivals together; hold everything together; ask for help at last`),
  thing:
    list(`a letter; an old photograph; a set of keys; a borrowed car; a suitcase; a telephone number;
    a wooden box; a change of weather; an unexpected visitor; a broken promise; a rumour;
    a neighbour's request; a chance meeting; a lost ticket; a phone call; an empty house; a storm`),
  theme: list(`second chances; the things people leave unsaid; trust; home; growing older; luck;
    what it means to belong; the price of a secret; loyalty; a very long year; small decisions;
    the people we used to be; friendship; time running out`),
}

/** Phrases that point to a genre. */
export const vocabulary: Readonly<Record<Genre, Vocabulary>> = {
  Action: {
    who: list(`ex-commando; bodyguard; getaway driver; stunt rider; special forces veteran`),
    where: list(`aboard a hijacked airliner; in a besieged skyscraper; across exploding rooftops;
      on a speeding freight train; at a heavily armed compound`),
    what: list(`defuse a bomb under the stadium; outrun a team of mercenaries; rescue the hostages;
      fight through forty armed mercenaries; stop a hijacked convoy; survive an explosive chase`),
    thing: list(`a ticking bomb; an armoured convoy; a stolen warhead; a high-speed chase;
      a private army of mercenaries; a bullet-riddled helicopter`),
    theme: list(
      `explosive payback; fists and firepower; one last mission; staying alive under fire`,
    ),
  },
  Adventure: {
    who: list(`explorer; treasure hunter; balloonist; ship's captain; jungle guide`),
    where:
      list(`in an uncharted jungle; across the frozen pole; on a lost island; in a sunken temple;
      beyond the last known map`),
    what: list(`find a lost city; cross an uncharted ocean; follow a treasure map; climb an unclimbed peak;
      lead an expedition downriver; sail around the world`),
    thing: list(`a torn treasure map; a golden idol; an old compass; a leaking expedition ship;
      a legendary treasure; a hidden passage`),
    theme: list(`the voyage of a lifetime; the call of the unknown; a perilous quest; discovery`),
  },
  Animation: {
    who: list(
      `talking hedgehog; clumsy little robot; cheerful snail; toy knight; penguin inventor`,
    ),
    where: list(`inside a toy box; in a city of talking animals; under the kitchen floor;
      in a land made of paper; at the bottom of a fish tank`),
    what: list(`teach the other animals to fly; find the way back to the toy shop; win the great snail race;
      rescue a wind-up friend; prove that little critters can be heroes; outwit a grumpy cartoon cat`),
    thing: list(`a magic paintbrush; a band of talking animals; a runaway toy; a squeaky sidekick;
      a giant jelly; a flock of pigeons with opinions`),
    theme:
      list(`being tiny in a big colourful world; critters sticking together; finding your wings;
      a toy that wants to be real`),
  },
  Comedy: {
    who: list(
      `hapless groom; unlucky wedding planner; lazy flatmate; failed stand-up; bumbling mayor`,
    ),
    where: list(`at a disastrous wedding; in the worst hotel in town; at a chaotic office party;
      on a hopeless camping trip; at a bankrupt zoo`),
    what: list(`fake a perfect marriage for the in-laws; hide a llama from the landlord; win a baking contest by accident;
      survive an awkward reunion; pretend to be a famous dentist; cover up one ridiculous lie`),
    thing: list(`a hilarious mix-up; a runaway llama; an awkward best man; a ridiculous bet;
      a meddling mother-in-law; a very bad haircut`),
    theme: list(
      `hilarious mishaps; a prank that goes too far; embarrassing relatives; awkward apologies`,
    ),
  },
  Crime: {
    who: list(`safe-cracker; mob accountant; homicide detective; petty thief; crooked cop`),
    where: list(`in the back room of a gambling den; in the city's underworld; at a pawnshop;
      inside a maximum-security prison; on the cartel's docks`),
    what: list(`pull off one last heist; bring down a mob boss; launder the cartel's money; rob an armoured bank;
      testify against the gang; break into the vault`),
    thing: list(`a bag of stolen cash; a murder weapon; a heist gone wrong; a gang of thieves;
      a corrupt detective; a mob debt`),
    theme: list(
      `honour among thieves; dirty money; life in the underworld; a cop's bargain with the gang`,
    ),
  },
  Documentary: {
    who: list(`film-maker; archivist; investigative reporter; field biologist; witness`),
    where:
      list(`in never-before-seen archive footage; across twelve countries; behind the factory doors;
      at the edge of a vanishing glacier; in candid interviews`),
    what: list(`interview those who were there; record a vanishing way of life; trace the real story;
      follow three families for a decade; examine the evidence on camera; chronicle an industry`),
    thing:
      list(`rare archive footage; a series of candid interviews; home movies; a decade of filming;
      unseen footage; expert testimony`),
    theme: list(`the facts behind the headlines; an intimate portrait; how the world really works;
      voices rarely heard on camera`),
  },
  Drama: {
    who: list(
      `grieving mother; estranged son; struggling single parent; recovering alcoholic; ailing patriarch`,
    ),
    where: list(`in a hospice; around an unhappy family table; in a failing mill town;
      at a father's funeral; in a troubled marriage`),
    what: list(`come to terms with grief; forgive an estranged father; hold a broken marriage together;
      face a terminal illness; care for an ailing mother; confront years of guilt`),
    thing:
      list(`a painful diagnosis; an inheritance dispute; a bitter divorce; a daughter's illness;
      a long-buried grief; an estranged brother`),
    theme: list(`grief and forgiveness; guilt that will not fade; the wounds of childhood;
      quiet dignity; a marriage coming apart`),
  },
  Family: {
    who: list(
      `ten-year-old; adventurous schoolgirl; kindly grandfather; orphaned puppy; scout leader`,
    ),
    where: list(`at summer camp; in grandma's attic; on a farm full of puppies; at the school fair;
      at the children's holiday parade`),
    what: list(`save the local children's playground; bring the puppy home for the holidays; win the school fair;
      help grandpa fix the carousel; look after seven siblings; reunite a pony with its kids`),
    thing: list(`a mischievous puppy; a tree house; a lost pony; grandma's recipe book;
      a snow day with the kids; a homemade go-kart`),
    theme: list(`kids believing in themselves; parents and children; a holiday to remember;
      brothers and sisters together`),
  },
  Fantasy: {
    who: list(
      `apprentice wizard; exiled elf queen; dragon rider; reluctant sorceress; cursed prince`,
    ),
    where:
      list(`in an enchanted forest; at the castle of the last sorcerer; in a kingdom of dragons;
      beyond the magic mirror; in the realm of the elves`),
    what: list(`break an ancient curse; tame the last dragon; master forbidden magic; reclaim an enchanted throne;
      find the sword of the elf kings; seal the portal between realms`),
    thing: list(`an enchanted sword; a dragon's egg; an ancient prophecy; a book of spells;
      a magic ring; a wicked sorcerer`),
    theme: list(
      `magic and destiny; an ancient prophecy; a kingdom under a spell; the last of the dragons`,
    ),
  },
  History: {
    who: list(`court painter; young empress; suffragette; royal physician; colonial governor`),
    where:
      list(`at the court of a dying king; in eighteenth-century Europe; in the last days of the empire;
      in ancient Rome; during the revolution of 1848`),
    what: list(`advise a young monarch; lead the suffragettes to parliament; survive the fall of the empire;
      sign a treaty that redraws the century; unite the clans under one crown; end a dynasty`),
    thing:
      list(`a royal decree; a treaty between empires; a plot against the crown; a peasants' uprising;
      a forbidden manuscript; a contested throne`),
    theme: list(
      `the birth of a nation; a dynasty's last century; an empire in decline; the weight of the crown`,
    ),
  },
  Horror: {
    who: list(`possessed nun; babysitter; gravedigger; medium; occult collector`),
    where: list(`in a haunted asylum; in a cursed cabin in the woods; beneath an old cemetery;
      in a house where the walls bleed; at a blood-stained altar`),
    what: list(`survive the night against a masked killer; banish a demon; escape the thing in the cellar;
      lift a blood curse; outlive a pack of the undead; bury the screaming doll again`),
    thing:
      list(`a demonic doll; a bloody ritual; a vengeful ghost; a masked killer; a swarm of the undead;
      a scream from the cellar`),
    theme: list(`unspeakable evil; blood and terror; the hungry dead; a demon's bargain`),
  },
  Music: {
    who: list(
      `jazz trumpeter; washed-up rock singer; street rapper; choir conductor; piano prodigy`,
    ),
    where: list(`on a sold-out stadium tour; in a smoky jazz club; at a recording studio;
      backstage at the opera; at a battle of the bands`),
    what: list(`write one more hit song; win a singing competition; reunite the band for a concert;
      finish the album; conduct the symphony; get the choir to the finals`),
    thing:
      list(`an unfinished song; a battered guitar; a demo tape; a record contract; a comeback concert;
      a melody nobody can forget`),
    theme: list(`the price of fame; rhythm and rebellion; songs that outlive us; a life on tour`),
  },
  Mystery: {
    who: list(
      `private investigator; amnesiac; puzzle-maker; village sleuth; insurance investigator`,
    ),
    where: list(`in a fog-bound manor; in a locked library; on an island where guests vanish;
      at a clockmaker's sealed workshop; in a town that hides its past`),
    what: list(`solve a string of disappearances; decipher a dead man's riddle; find out who sent the clues;
      identify a body without a name; unravel an old murder; explain a locked-room murder`),
    thing:
      list(`a cryptic clue; a missing heiress; an unsolved murder; a coded diary; a vanished guest;
      a puzzle without a solution`),
    theme: list(`clues that do not fit; a riddle nobody should solve; an unsolved disappearance;
      secrets behind a locked door`),
  },
  Romance: {
    who: list(`hopeless romantic; runaway bride; florist; matchmaker; shy bookseller in love`),
    where: list(`on a honeymoon island; in a Paris flower shop; at a moonlit masked ball;
      in a vineyard at harvest; on the bridge of lovers`),
    what: list(`fall in love against all advice; win back a first love; choose between two suitors;
      stop a wedding; answer a secret admirer; confess a lifelong love`),
    thing:
      list(`a love letter; an unexpected kiss; an engagement ring; a summer affair; a secret admirer;
      a broken heart`),
    theme: list(`first love; soulmates who keep missing each other; a passionate affair;
      love across every distance`),
  },
  'Science Fiction': {
    who: list(`starship pilot; rogue android; geneticist; Mars colonist; time traveller`),
    where: list(`on a dying space station; in a domed colony on Mars; aboard a generation starship;
      in a future without sleep; on an alien moon`),
    what: list(`reprogram a rogue android; reach the last wormhole; stop an alien signal; repair the time machine;
      wake the crew from cryosleep; evacuate the orbital colony`),
    thing:
      list(`an alien artefact; a malfunctioning android; a time loop; a distress call from orbit;
      an artificial intelligence; a cloned astronaut`),
    theme: list(
      `the future of the species; machines that dream; first contact; humanity among the stars`,
    ),
  },
  Thriller: {
    who: list(
      `whistle-blower; undercover agent; stalked journalist; hostage negotiator; double agent`,
    ),
    where:
      list(`in a surveillance bunker; in a safe house with no exits; on a night flight with an assassin;
      inside a corrupt ministry; in the sights of a sniper`),
    what: list(`expose a deadly conspiracy; outwit an assassin; escape a kidnapper; find the mole before midnight;
      clear a framed name while hunted; stay ahead of a stalker`),
    thing:
      list(`a web of conspiracy; an anonymous threat; a kidnapper's demand; a leaked surveillance file;
      a sniper's bullet; a deadly game of cat and mouse`),
    theme: list(`paranoia; a conspiracy that reaches the top; being hunted; deadly deception`),
  },
  War: {
    who: list(`infantry sergeant; field medic; deserter; bomber pilot; partisan`),
    where: list(`behind enemy lines; in the trenches; in an occupied city; at a frontline hospital;
      on the beaches of the invasion`),
    what: list(`lead the platoon across enemy lines; hold a bridge against the tanks; smuggle soldiers out of occupied land;
      survive the siege; bring the regiment home; carry orders through the trenches`),
    thing:
      list(`an enemy offensive; a wounded soldier; a minefield; a ruined bridge; an order to retreat;
      a truce in the trenches`),
    theme: list(
      `brothers in arms; the horror of the front; soldiers far from home; the last battle`,
    ),
  },
  Western: {
    who: list(`gunslinger; frontier sheriff; bounty hunter; cattle rancher; outlaw`),
    where:
      list(`in a lawless frontier town; on the prairie; at a lonely ranch; along the stagecoach trail;
      in a gold-rush saloon`),
    what: list(`drive the cattle across the frontier; face the outlaws at noon; defend the ranch; catch a horse thief;
      ride with the posse; protect the stagecoach`),
    thing: list(`a bounty on his head; a six-shooter; a gold claim; a gang of outlaws; a cattle war;
      a duel at sundown`),
    theme: list(`frontier justice; the law of the gun; the last ride; vengeance on the prairie`),
  },
}
