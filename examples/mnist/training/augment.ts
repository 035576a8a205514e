/** Largest change of a digit, either way: how unlike each other two people's digits are. */
export const augmentation = { radians: 0.2, scale: 0.15, shear: 0.2, pixels: 1.5 } as const

/**
 * A digit turned, scaled, slanted and moved at random, sampled bilinearly; 0 outside the image.
 *
 * @param image - size x size shades, row-major
 */
export function augment(image: Float32Array, size: number, random: () => number): Float32Array {
  const within = (limit: number) => (2 * random() - 1) * limit
  const angle = within(augmentation.radians)
  const scale = 1 + within(augmentation.scale)
  const shear = within(augmentation.shear)
  const [moveX, moveY] = [within(augmentation.pixels), within(augmentation.pixels)]
  const [cosine, sine] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
  const centre = (size - 1) / 2
  const shade = (x: number, y: number) =>
    x < 0 || y < 0 || x >= size || y >= size ? 0 : (image[y * size + x] as number)
  return image.map((_, index) => {
    const x = (index % size) - centre - moveX
    const y = Math.floor(index / size) - centre - moveY
    const fromX = cosine * x + (sine + shear) * y + centre
    const fromY = cosine * y - sine * x + centre
    const [left, top] = [Math.floor(fromX), Math.floor(fromY)]
    const [right, bottom] = [fromX - left, fromY - top]
    return (
      (shade(left, top) * (1 - right) + shade(left + 1, top) * right) * (1 - bottom) +
      (shade(left, top + 1) * (1 - right) + shade(left + 1, top + 1) * right) * bottom
    )
  })
}
