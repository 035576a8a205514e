import htm from 'htm'
import { h } from 'preact'

/** @typedef {(strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode} Template */

/**
 * Writes elements as markup in a template.
 *
 * @type {Template}
 */
export const html = /** @type {{ bind(create: unknown): Template }} */ (/** @type {unknown} */ (htm)).bind(h)
