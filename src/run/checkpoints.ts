// The state of training on disk. A checkpoint is one file, so one rename publishes tensors and progress together; the
// manifest lists the last two, newest first, and an older file goes only after the new manifest is on disk. Whatever
// moment a process dies at, one of them loads.
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { MedleyError } from '../base/errors.ts'
import { removeTemporaryFiles } from '../files/atomic.ts'
import { readJson, writeJson, type JsonObject } from '../files/json.ts'
import { runErrors } from './errors.ts'
import { firstNotFinite } from './finite.ts'
import { readSealed, writeSealed } from './sealed-file.ts'
import type { TensorData } from '../base/arrays.ts'

/** Two: if the newest turns out damaged, the one before is still there. */
const KEPT = 2
const MANIFEST = 'checkpoints.json'
export const CHECKPOINT_NAME = /^step-(\d+)(?:-(\d+))?\.safetensors$/

export interface Checkpoint {
  /** Optimiser steps done. */
  readonly step: number
  /** Number of the last event that belongs to this state; a resumed log is cut here. */
  readonly seq: number
  readonly tensors: ReadonlyMap<string, TensorData>
  /** Everything else that the loop needs to go on; its numbers read back bit for bit. */
  readonly progress: JsonObject
}

export interface LoadedCheckpoint extends Checkpoint {
  readonly tensors: Map<string, TensorData>
  /** What the user should know: which newer checkpoint was damaged. Empty if all is well. */
  readonly notes: readonly string[]
}

const manifestSchema = z.object({
  version: z.literal(1),
  checkpoints: z.array(
    z.object({
      file: z.string().regex(CHECKPOINT_NAME),
      step: z.int(),
      seq: z.int(),
      sha256: z.string(),
      sizeBytes: z.int(),
    }),
  ),
})
type Entry = z.infer<typeof manifestSchema>['checkpoints'][number]

/** What a checkpoint file holds besides tensors. */
const stateSchema = z.object({
  version: z.literal(1),
  step: z.int(),
  seq: z.int(),
  progress: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
})

/** Adds a checkpoint to an existing folder. Only for the owner of the run's lock. */
export const saveCheckpoint = async (folder: string, checkpoint: Checkpoint): Promise<void> => {
  const { step, seq, tensors, progress } = checkpoint
  const tensor = firstNotFinite(tensors)
  if (tensor !== undefined) throw runErrors.error('not-finite', { tensor, step }, { file: folder })
  await removeTemporaryFiles(folder)
  const { entries, isReadable } = await readManifest(folder)
  const file = freeName(step, entries)
  const sha256 = await writeSealed(join(folder, file), tensors, { version: 1, step, seq, progress })
  const { size: sizeBytes } = await stat(join(folder, file))
  // Checkpoints from this step on were given up when the run went back behind them.
  const previous = entries.filter((entry) => entry.step < step)
  const checkpoints = [{ file, step, seq, sha256, sizeBytes }, ...previous].slice(0, KEPT)
  await writeJson(join(folder, MANIFEST), { version: 1, checkpoints })
  // Without a manifest nobody knows which of the other files is good.
  if (isReadable) await removeOthers(folder, checkpoints)
}

/** The newest checkpoint that is whole; undefined if none was ever saved. */
export const loadCheckpoint = async (folder: string): Promise<LoadedCheckpoint | undefined> => {
  const notes: string[] = []
  const { entries, isReadable, problem } = await readManifest(folder)
  if (problem !== undefined) notes.push(problem)
  const candidates: readonly (Pick<Entry, 'file'> & { sha256?: string })[] = isReadable
    ? entries
    : (await checkpointFiles(folder)).map((file) => ({ file }))
  for (const { file, sha256 } of candidates) {
    const path = join(folder, file)
    const sealed = await readSealed(path)
    if ('reason' in sealed) {
      notes.push(sealed.reason)
    } else if (sha256 !== undefined && sealed.seal !== sha256) {
      notes.push(`${path} is not the file that was saved`)
    } else {
      const state = stateSchema.safeParse(sealed.json)
      if (state.success) {
        const { step, seq, progress } = state.data
        if (notes.length > 0) notes.push(`going on from the checkpoint of step ${step}`)
        return { step, seq, progress, tensors: sealed.tensors, notes }
      }
      notes.push(`${path} was written by another version of Medley`)
    }
  }
  if (notes.length === 0) return undefined
  const reasons = notes.join('; ')
  throw runErrors.error('checkpoint-corrupt', { folder, reasons }, { file: folder })
}

/** A name that the manifest does not use, since what it names is never written over. */
const freeName = (step: number, entries: readonly Entry[]): string => {
  const taken = new Set(entries.map(({ file }) => file))
  let name = `step-${step}.safetensors`
  for (let copy = 2; taken.has(name); copy++) name = `step-${step}-${copy}.safetensors`
  return name
}

const removeOthers = async (folder: string, kept: readonly Entry[]): Promise<void> => {
  const names = new Set(kept.map(({ file }) => file))
  for (const name of await checkpointFiles(folder)) {
    if (!names.has(name)) await rm(join(folder, name), { force: true })
  }
}

/** Names of the checkpoint files in the folder, newest first. */
const checkpointFiles = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch(() => [])
  return names
    .map((name) => ({ name, match: CHECKPOINT_NAME.exec(name) }))
    .filter(({ match }) => match !== null)
    .map(({ name, match }) => ({ name, step: Number(match?.[1]), copy: Number(match?.[2] ?? 1) }))
    .sort((a, b) => b.step - a.step || b.copy - a.copy)
    .map(({ name }) => name)
}

interface Manifest {
  readonly entries: readonly Entry[]
  readonly isReadable: boolean
  /** Why it cannot be read; undefined too if there is none yet, as after a kill during the first checkpoint. */
  readonly problem?: string
}

const readManifest = async (folder: string): Promise<Manifest> => {
  const path = join(folder, MANIFEST)
  try {
    const manifest = manifestSchema.safeParse(await readJson(path))
    if (manifest.success) return { entries: manifest.data.checkpoints, isReadable: true }
    return { entries: [], isReadable: false, problem: `${path} is no list of checkpoints` }
  } catch (error) {
    if (!(error instanceof MedleyError)) throw error
    if (error.code === 'files.not-found') return { entries: [], isReadable: false }
    return { entries: [], isReadable: false, problem: error.message }
  }
}
