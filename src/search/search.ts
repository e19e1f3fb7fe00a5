import type { Parameters } from '../programs/program.ts'
import type { History } from './history.ts'
import type { SearchSpace } from './space.ts'

/** What is known of a trial; the rows of a sweep are all that a search method decides from. */
export interface Observation {
  /** The trial's place in the sweep, from 1. */
  readonly number: number
  readonly point: Parameters
  readonly state: 'queued' | 'running' | 'completed' | 'stopped' | 'failed'
  /** By objective, turned so that less is better; undefined while unknown. */
  readonly values: readonly (number | undefined)[]
  /** How far the point is from keeping to each constraint: above 0 it does not. */
  readonly violations?: readonly number[]
  /** Of a stopped trial, how many epochs it was trained: what got further tells more. */
  readonly epochs?: number
}

export interface SuggestRequest {
  readonly space: SearchSpace
  /** The sweep's. */
  readonly seed: number
  /** Of the trial that the point is for, from 1. */
  readonly number: number
  /** 0, or how many points for this trial were refused before they were trained. */
  readonly attempt?: number
  /** Of the same space; it may be kept from one suggestion to the next, or made anew: the point is the same. */
  readonly history: History
}

/**
 * How a sweep chooses its points. A pure function of the request: all randomness comes from seed, number and attempt, so
 * that a sweep which was killed goes on as if nothing had happened.
 */
export interface SearchMethod {
  suggest(request: SuggestRequest): Parameters
}

export const searchMethods = ['grid', 'random', 'sobol', 'bayes', 'tpe', 'nsga2'] as const
