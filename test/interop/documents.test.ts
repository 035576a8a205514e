import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from './documents.ts'

const dependencies = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')).devDependencies
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

test('a page gives its files, blocks and commands', () => {
  const page = readPage('foundry.md')
  expect(page.file('foundry.toml')).toMatch(/^\[profile\.default\]\n/)
  expect(page.block('remappings = ["tensor-evm/=lib/')).toBe('remappings = ["tensor-evm/=lib/tensor-evm/"]\n')
  expect(page.command('forge build')).toBe('forge build')
  expect(() => page.file('remappings.txt')).toThrow('docs/foundry.md: expected one remappings.txt, found 0')
  expect(() => page.command('cast send')).toThrow('docs/foundry.md: expected one command "cast send", found 2')
})

test('the pages name the versions that are installed', () => {
  const words = (page: string) =>
    readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8').replace(/\s+/g, ' ')
  expect(words('foundry.md')).toContain(`Tried with forge and cast ${dependencies['@foundry-rs/forge']} `)
  expect(dependencies['@foundry-rs/cast']).toBe(dependencies['@foundry-rs/forge'])
  expect(words('hardhat.md')).toContain(`Tried with Hardhat ${dependencies.hardhat} `)
})

test("Hardhat's configuration names the version of solc", () => {
  expect(readPage('hardhat.md').file('hardhat.config.ts')).toContain(`version: '${manifest.dependencies.solc}'`)
})
