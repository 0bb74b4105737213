import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { scoreboard } from './scoreboard.ts'
import { sentences } from './sentences.ts'
import { evaluation } from './testing/evaluation.ts'
import { displayWidth } from './text-width.ts'

import type { LabelEvaluation } from '../evaluation/schema.ts'

describe('scoreboard', () => {
  test('model, branches, baselines, what it means, labels', () => {
    expect(scoreboard(evaluation)).toMatchInlineSnapshot(`
      "                 ROC-AUC    mAP   F1 macro   F1 micro   Hamming
      this model          .843*  .513       .471*      .552*    .0931*
        poster only       .720   .300       .300       .400     .1110
        overview only     .841   .514*      .470       .550     .0940
      linear              .812   .460       .420       .500     .0970
      frequent labels     .500   .117       .080       .360     .1167
      every label            -      -       .191       .209     .8833
      nothing                -      -       .000       .000     .1167

      Best values have a star. F1: thresholds fitted on validation rows. Hamming loss: threshold .5.
      ROC-AUC .843 (95% interval .831 to .855): mean over 3 labels, 7,463 rows.
      The model beats the linear baseline: +.031 ROC-AUC (95% interval +.021 to +.040).
      overview adds to poster: +.123 ROC-AUC (95% interval +.104 to +.140).
      poster adds nothing measurable to overview: +.002 ROC-AUC (95% interval -.004 to +.006).
      Predicting nothing has a higher Hamming loss than the model (.1167 against .0931).
      Undefined here, because all rows agree: War. ROC-AUC leaves them out; mAP counts a label that no row
        has as 0.

      label     rows  share  ROC-AUC    AP     P     R    F1  threshold
      Drama    3,801  50.9%     .790  .500  .450  .600  .514       .310
      Comedy   2,520  33.8%     .800  .500  .450  .600  .514       .310
      Western     98   1.3%     .930  .500  .450  .600  .514       .310
      War          0   0.0%        -     -  .450  .600  .514       .310
      "
    `)
  })

  test('narrow, with long names of many widths, and few labels', () => {
    const [first, second, ...others] = evaluation.per_label
    const names = {
      ...evaluation,
      per_label: [
        { ...first!, name: 'ドラマ・時代劇・ホームドラマ・恋愛' },
        { ...second!, name: '👩‍🚀 Cafe\u0301 \u001b[31mred' },
        ...others,
      ],
    }
    expect(scoreboard(names, { width: 20, maximumLabels: 3 })).toMatchInlineSnapshot(`
      "                 ROC-AUC    mAP   F1 macro   F1 micro   Hamming
      this model          .843*  .513       .471*      .552*    .0931*
        poster only       .720   .300       .300       .400     .1110
        overview only     .841   .514*      .470       .550     .0940
      linear              .812   .460       .420       .500     .0970
      frequent labels     .500   .117       .080       .360     .1167
      every label            -      -       .191       .209     .8833
      nothing                -      -       .000       .000     .1167

      Best values have a star. F1: thresholds fitted on validation rows.
        Hamming loss: threshold .5.
      ROC-AUC .843 (95% interval .831 to .855): mean over 3 labels, 7,463
        rows.
      The model beats the linear baseline: +.031 ROC-AUC (95% interval +.021
        to +.040).
      overview adds to poster: +.123 ROC-AUC (95% interval +.104 to +.140).
      poster adds nothing measurable to overview: +.002 ROC-AUC (95%
        interval -.004 to +.006).
      Predicting nothing has a higher Hamming loss than the model (.1167
        against .0931).
      Undefined here, because all rows agree: War. ROC-AUC leaves them out;
        mAP counts a label that no row has as 0.

      label          rows  share  ROC-AUC    AP     P     R    F1  threshold
      👩‍🚀 Café �[3…  3,801  50.9%     .790  .500  .450  .600  .514       .310
      Comedy        2,520  33.8%     .800  .500  .450  .600  .514       .310
      ドラマ・時…      98   1.3%     .930  .500  .450  .600  .514       .310
      and 1 label with fewer rows
      "
    `)
  })

  test('colours change no column', () => {
    const coloured = scoreboard(evaluation, { colour: true })
    expect(coloured).toContain('\u001b[1m')
    const bare = coloured.replace(/\u001b\[\d+m/g, '')
    expect(bare.replace(/ +$/gm, '')).toBe(scoreboard(evaluation).replace(/ +$/gm, ''))
  })

  test('no line is wider than asked for', () => {
    const nameOf = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(nameOf, nameOf, fc.integer({ min: 70, max: 120 }), (one, two, width) => {
        const poster = { ...evaluation.ablation['poster']!, inputs: [one] }
        const overview = { ...evaluation.ablation['overview']!, inputs: [two] }
        const lines = scoreboard(
          {
            ...evaluation,
            per_label: [{ ...evaluation.per_label[0]!, name: one }],
            ablation: { poster, overview },
          },
          { width },
        ).split('\n')
        for (const line of lines)
          expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(100, width))
      }),
      { numRuns: 20 },
    )
  })
})

describe('sentences', () => {
  const said = (change: Partial<LabelEvaluation>): string =>
    sentences({ ...evaluation, ...change }).join('\n')

  test('what is unwelcome is said', () => {
    const { baselines, ablation, at_half } = evaluation
    const worse = { value: -0.02, low: -0.03, high: -0.01 }
    const text = baselines.linear_text!
    const change: Partial<LabelEvaluation> = {
      at_half: { ...at_half, hamming_loss: 0.2 },
      tuned: { ...evaluation.tuned, f1_macro: 0.15 },
      baselines: {
        ...baselines,
        linear_text: { ...text, difference: { ...text.difference, roc_auc_macro: worse } },
      },
      ablation: {
        ...ablation,
        overview: {
          ...ablation['overview']!,
          difference: { ...text.difference, roc_auc_macro: worse },
        },
      },
    }
    expect(said(change)).toMatchInlineSnapshot(`
      "ROC-AUC .843 (95% interval .831 to .855): mean over 3 labels, 7,463 rows.
      The linear baseline beats the model: -.020 ROC-AUC (95% interval -.030 to -.010).
      overview adds to poster: +.123 ROC-AUC (95% interval +.104 to +.140).
      poster makes it worse than overview alone: -.020 ROC-AUC (95% interval -.030 to -.010).
      Predicting nothing has a lower Hamming loss than the model (.1167 against .2000): judge it by ROC-AUC and F1.
      The model's macro F1 (.150) is not above that of predicting every label (.191).
      Undefined here, because all rows agree: War. ROC-AUC leaves them out; mAP counts a label that no row has as 0."
    `)
  })

  test('without a number there is no claim', () => {
    const none = { value: null, low: null, high: null }
    const empty = { roc_auc_macro: none, average_precision_macro: none }
    const { baselines, ablation, ranking, at_half } = evaluation
    const change: Partial<LabelEvaluation> = {
      rows: 1,
      ranking: { ...ranking, roc_auc_macro: null, roc_auc_labels_used: 0 },
      ranking_interval: { roc_auc_macro: none },
      at_half: { ...at_half, hamming_loss: baselines.nothing.hamming_loss },
      baselines: { ...baselines, linear_text: { ...baselines.linear_text!, difference: empty } },
      ablation: { poster: { ...ablation['poster']!, difference: empty } },
      per_label: [],
    }
    expect(said(change)).toMatchInlineSnapshot(`
      "ROC-AUC is undefined on 1 row: no label has both classes.
      Predicting nothing has the same Hamming loss as the model (.1167 against .1167)."
    `)
    const third = { ...ablation['poster']!, inputs: ['price'] }
    expect(said({ ablation: { ...ablation, third } })).toContain(
      'poster and price add nothing measurable to overview',
    )
    expect(scoreboard({ ...evaluation, ...change })).toContain('-')
  })
})
