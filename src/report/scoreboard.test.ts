import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { scoreboard } from './scoreboard.ts'
import { sentences } from './sentences.ts'
import { evaluation, verdictOf } from './testing/evaluation.ts'
import { displayWidth } from './text-width.ts'

import type { LabelEvaluation, Verdict } from '../evaluation/schema.ts'

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

  test('three inputs: what each adds to the others, and rows that lack some', () => {
    const { poster, overview } = evaluation.ablation
    const differenceOf = (roc: Verdict) => ({ roc_auc_macro: roc, average_precision_macro: roc })
    const whole = scoreboard({
      ...evaluation,
      ablation: { poster: poster!, overview: overview!, table: { ...poster!, inputs: ['table'] } },
      leave_one_out: {
        poster: {
          ...overview!,
          inputs: ['overview', 'table'],
          difference: differenceOf(verdictOf(0.012, 0.008, 0.016)),
        },
        overview: {
          ...poster!,
          inputs: ['poster', 'table'],
          difference: differenceOf(verdictOf(-0.02, -0.03, -0.01)),
        },
        table: {
          ...overview!,
          inputs: ['poster', 'overview'],
          difference: differenceOf(verdictOf(0.002, -0.003, 0.006)),
        },
      },
      patterns: [
        {
          inputs: ['poster', 'overview', 'table'],
          rows: 7000,
          labels_used: 3,
          score: { value: 0.85, low: 0.84, high: 0.86 },
        },
        {
          inputs: ['overview', 'table'],
          rows: 450,
          labels_used: 2,
          score: { value: 0.79, low: 0.74, high: 0.83 },
        },
        { inputs: [], rows: 13, labels_used: 1, score: null },
      ],
    })
    expect(whole.split('\n\nlabel  ')[0]).toMatchInlineSnapshot(`
      "                    ROC-AUC    mAP   F1 macro   F1 micro   Hamming
      this model             .843*  .513       .471*      .552*    .0931*
        poster only          .720   .300       .300       .400     .1110
        overview only        .841   .514*      .470       .550     .0940
        table only           .720   .300       .300       .400     .1110
        without poster       .841   .514*      .470       .550     .0940
        without overview     .720   .300       .300       .400     .1110
        without table        .841   .514*      .470       .550     .0940
      linear                 .812   .460       .420       .500     .0970
      frequent labels        .500   .117       .080       .360     .1167
      every label               -      -       .191       .209     .8833
      nothing                   -      -       .000       .000     .1167

      Best values have a star. F1: thresholds fitted on validation rows. Hamming loss: threshold .5.
      ROC-AUC .843 (95% interval .831 to .855): mean over 3 labels, 7,463 rows.
      The model beats the linear baseline: +.031 ROC-AUC (95% interval +.021 to +.040).
      poster adds to overview and table: +.012 ROC-AUC (95% interval +.008 to +.016).
      overview makes it worse than poster and table alone: -.020 ROC-AUC (95% interval -.030 to -.010).
      table adds nothing measurable to poster and overview: +.002 ROC-AUC (95% interval -.003 to +.006).
      Predicting nothing has a higher Hamming loss than the model (.1167 against .0931).
      Undefined here, because all rows agree: War. ROC-AUC leaves them out; mAP counts a label that no row
        has as 0.

      rows that have              rows  labels  ROC-AUC      interval
      poster + overview + table  7,000       3     .850  .840 to .860
      overview + table only        450       2     .790  .740 to .830
      no input                      13       -        -             -
      These are different rows: a lower number need not come from what is missing. Few rows get no number."
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
    const worse = verdictOf(-0.02, -0.03, -0.01)
    const text = baselines.linear_text!
    const change: Partial<LabelEvaluation> = {
      at_half: { ...at_half, hamming_loss: 0.2 },
      tuned: { ...evaluation.tuned, f1_macro: 0.15 },
      baselines: {
        ...baselines,
        nothing: { ...baselines.nothing, difference: { hamming_loss: worse } },
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
    const undecided = { ...none, verdict: 'undecided' } as const
    const empty = { roc_auc_macro: undecided, average_precision_macro: undecided }
    const { baselines, ablation, ranking, at_half } = evaluation
    const change: Partial<LabelEvaluation> = {
      rows: 1,
      ranking: { ...ranking, roc_auc_macro: null, roc_auc_labels_used: 0 },
      ranking_interval: { roc_auc_macro: none, average_precision_macro: none },
      at_half: { ...at_half, hamming_loss: baselines.nothing.hamming_loss },
      baselines: {
        ...baselines,
        nothing: { ...baselines.nothing, difference: { hamming_loss: undecided } },
        linear_text: { ...baselines.linear_text!, difference: empty },
      },
      ablation: { poster: { ...ablation['poster']!, difference: empty } },
      per_label: [],
    }
    expect(said(change)).toMatchInlineSnapshot(`
      "ROC-AUC is undefined on 1 row: no label has both classes.
      One row says little: on other rows the scores can be quite different, more than the intervals show. Judge on 30 rows or more.
      Predicting nothing and the model do not differ measurably in Hamming loss (.1167 against .1167)."
    `)
    const third = { ...ablation['poster']!, inputs: ['price'] }
    expect(said({ ablation: { ...ablation, third } })).toContain(
      'poster and price add nothing measurable to overview',
    )
    expect(scoreboard({ ...evaluation, ...change })).toContain('-')
  })
})
