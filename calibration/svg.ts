import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** A chart as SVG text, which asks for nothing outside itself. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
