// Sample data: tables that are generated, not downloaded.
export { generateFilms } from '../samples/films/films.ts'
export type { FilmsOptions, FilmsResult } from '../samples/films/films.ts'
