/** Draw formulas with KaTeX: nodes, never markup, so that no content security policy is widened. */
import katex from 'katex'
import 'katex/dist/katex.min.css'

/** Draw a formula into an element; a mistake shows the LaTeX, marked. */
export function draw(host: HTMLElement, latex: string, { block = false } = {}): void {
  katex.render(latex, host, { displayMode: block, throwOnError: false, output: 'htmlAndMathml', trust: false, maxExpand: 200, strict: false })
}
