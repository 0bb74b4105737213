// One spelling for what people mean by the same label.

/** Unicode's composed form, no spaces around, one between words. */
export const tidy = (label: string): string => label.normalize('NFC').trim().replace(/\s+/g, ' ')
