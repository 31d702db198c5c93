import { textProblem } from '@floe/xml'

/** What is wrong with text that goes into a definition, completing "notes ..."; nothing where it is well. Control
 *  characters are refused by the API's schema already; half surrogate pairs and non-characters are left for here. */
export const proseProblem = (text: string): string | undefined => textProblem(text)?.replace(/\.$/, '')
