// Finding something that runs WebGPU: a graphics card, or SwiftShader, the renderer for CPUs that comes with Chromium. Its
// library must be named in the environment before a process starts.
import { spawnSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ICD = 'vk_swiftshader_icd.json'
const LOADER = 'libvulkan.so.1'

const FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/snap/chromium/current/usr/lib/chromium-browser',
]

export type Variables = Readonly<Record<string, string>>

/** Environment variables with which SwiftShader is found, given a writable folder; undefined where it is not installed. */
const swiftShader = (folder: string): Variables | undefined => {
  const icd = FOLDERS.map((folder) => join(folder, ICD)).find(existsSync)
  if (icd === undefined) return undefined
  const loader = join(dirname(icd), LOADER)
  // Chromium brings the Vulkan loader too; a folder with nothing else in it hides no library of the system.
  if (existsSync(loader)) symlinkSync(loader, join(folder, LOADER))
  return { VK_ICD_FILENAMES: icd, XDG_RUNTIME_DIR: folder, LD_LIBRARY_PATH: folder }
}

/** A driver list without any driver. */
export const noDriver: Variables = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' } // prettier-ignore

const built = pathToFileURL(resolve(import.meta.dirname, '../../dist/workflows/device.js')).href
const program = `
const { chooseDevice } = await import(${JSON.stringify(built)})
console.log(JSON.stringify(await chooseDevice(process.argv[1])))`

/** What the product makes of a device in a process with these variables. */
export const chosenWith = (
  variables: Variables,
  device = 'webgpu',
): { readonly asked: string; readonly used: string; readonly reason?: string } => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, device],
    { env: { ...process.env, ...variables }, encoding: 'utf8' },
  )
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as ReturnType<typeof chosenWith>
}

/** Variables with which there is an adapter, or why there is none. */
export const findAdapter = (
  folder: string,
): { readonly variables?: Variables; readonly reason?: string } => {
  const plain = chosenWith({})
  if (plain.used === 'webgpu') return { variables: {} }
  const variables = swiftShader(folder)
  if (!variables) return { reason: `${plain.reason ?? ''}, and SwiftShader was not found` }
  const { used, reason } = chosenWith(variables)
  return used === 'webgpu' ? { variables } : { reason: reason ?? '' }
}
