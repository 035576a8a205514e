import { compile } from '../../../compiler-ext/compile.ts'
import { packageImports } from '../../../compiler-ext/compileSources.ts'
import type { OptimizerSettings } from '../../../compiler-ext/standardJson.ts'
import type { SolidityOutput } from '../../../evm-ext/report/index.ts'

/** A contract with tensor instructions and one without, which calls it. */
export const source = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import { TensorInstructions } from 'tensor-evm/compiler-ext/contracts/TensorInstructions.sol';

library Numbers {
  function mix(uint256 a, uint256 b) internal pure returns (uint256 c) {
    for (uint256 i = 0; i < a; i++) c = c * 31 + b + i;
  }
}

contract Model {
  uint256 public immutable scale;

  constructor(uint256 scale_) {
    scale = scale_;
  }

  function predict(uint256 x) external view returns (uint256) {
    return Numbers.mix(x, scale) + double(x) + space();
  }

  function double(uint256 x) internal view returns (uint256) {
    return Numbers.mix(x, 3) + Numbers.mix(x, 4) + scale;
  }

  function space() internal view returns (uint256) {
    return TensorInstructions.tspace() / 2 ** 40;
  }

  fallback() external {
    Numbers.mix(3, 4);
  }
}

contract Caller {
  uint256 public last;

  function ask(address model, uint256 x) external {
    last = enough(Model(model).predict(x));
  }

  function enough(uint256 x) internal pure returns (uint256) {
    return x < 10 ? 10 : x;
  }
}
`

const FILE = 'Model.sol'

/** The contracts with what solc says of their code, and the text of their source beside its AST. */
export function compilePrograms(
  optimizer: OptimizerSettings,
): SolidityOutput & { readonly creationCode: (name: string) => string } {
  const selected = ['abi', 'evm.bytecode', 'evm.deployedBytecode']
  const output = compile(
    {
      language: 'Solidity',
      sources: { [FILE]: { content: source } },
      settings: { optimizer, outputSelection: { '*': { '': ['ast'] }, [FILE]: { '*': selected } } },
    },
    { readImport: packageImports() },
  )
  const { contracts = {}, sources = {} } = output
  const [own] = [sources[FILE]]
  return {
    contracts,
    sources: own === undefined ? sources : { ...sources, [FILE]: { ...own, content: source } },
    creationCode: (name) => contracts[FILE]?.[name]?.evm?.bytecode?.object ?? '',
  }
}
