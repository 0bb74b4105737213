// Pages that people open from a file: one document without a script or anything to load, whose text cannot become markup.

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is markup already. */
export interface Html {
  readonly markup: string
}

type Part = Html | string | number | readonly Html[]

const markupOf = (part: Part): string => {
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (sign) => escapes[sign]!)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('\n')
}

/**
 * Markup from a template; what is put in is text, unless it is made by `html` itself.
 *
 * @example
 * html`<td>${cell}</td>`
 */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.reduce((markup, text, index) => markup + markupOf(parts[index - 1]!) + text),
})

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere } h2 { font-size: 1.15rem; margin-top: 2.2rem }
.summary { font-weight: normal }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #8883 }
td.quiet { overflow-wrap: anywhere }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.quiet { opacity: .65 } p.quiet { margin-left: 1.2rem } .warning { color: #b35900 }
.bar { background: #4477aa; height: .8rem; min-width: 1px }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.2rem }
.row { display: flex; gap: .8rem } .row > div { min-width: 0 }
.row img, .row .none { width: 80px; height: 120px; border-radius: 3px; flex: none }
.row .none { border: 1px dashed #8888; font-size: .75rem; overflow: hidden; padding: .2rem; box-sizing: border-box }
.row p { margin: 0 0 .3rem; overflow-wrap: anywhere }
`

/** A whole document. */
export const page = (title: string, body: readonly Html[]): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        ${{ markup: `<style>${STYLE}</style>` }}
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html> `.markup
