// Text from a table must stay text.
import { describe, expect, test } from 'vitest'

import { html, page } from './html.ts'

describe('html', () => {
  test('what is put in cannot become markup, in text or in an attribute', () => {
    const cell = `<script>alert("1")</script> & 'x'`
    expect(html`<p title="${cell}">${cell}</p>`.markup).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">' +
        '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</p>',
    )
  })

  test('markup stays markup, alone and in a list', () => {
    const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
    expect(html`<p>${items}${3}</p>`.markup).toBe('<p><li>a</li>\n<li>&lt;b&gt;</li>3</p>')
  })

  test('a page has its title twice and loads nothing', () => {
    const text = page('<films>', [html`<p>1</p>`])
    expect(text.match(/&lt;films&gt;/g)).toHaveLength(2)
    expect(text).toContain("default-src 'none'")
    expect(text).toMatch(/^<!doctype html>/)
  })
})
