// Generated from evm-ext/contracts/ModelRegistry.sol by `npm run generate`.

/** Runtime bytecode of the model registry, compiled by solc 0.8.37+commit.f401782d.Emscripten.clang. */
export const registryBytecode = '0x608060405234801561000f575f5ffd5b5060043610610064575f3560e01c80632b20e3971161004d5780632b20e397146100cb5780635c92b85114610110578063faab9d3914610123575f5ffd5b806325a62ead1461006857806327258b221461009a575b5f5ffd5b610087610076366004610406565b5f6020819052908152604090205481565b6040519081526020015b60405180910390f35b6100bb6100a8366004610406565b5f90815260208190526040902054151590565b6040519015158152602001610091565b6001546100eb9073ffffffffffffffffffffffffffffffffffffffff1681565b60405173ffffffffffffffffffffffffffffffffffffffff9091168152602001610091565b61008761011e36600461041d565b610138565b610136610131366004610454565b6102d9565b005b6001545f9073ffffffffffffffffffffffffffffffffffffffff16801580159061017857503373ffffffffffffffffffffffffffffffffffffffff821614155b156101b6576040517f53ac4f070000000000000000000000000000000000000000000000000000000081523360048201526024015b60405180910390fd5b825f036101ef576040517f5fa8f2f200000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b6040805160016020820152908101889052606081018790526080810186905260a0810185905260c0810184905260e001604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe081840301815291815281516020928301205f818152928390529120549092501561026e57506102d0565b5f82815260208181526040918290208590558151898152908101889052908101869052606081018590526080810184905282907fd9084c9ce99f6eb69d2ca33a4cd17a33351b887df9e4dcf24a624d41225d530b9060a00160405180910390a2505b95945050505050565b60015473ffffffffffffffffffffffffffffffffffffffff16331461032c576040517f53ac4f070000000000000000000000000000000000000000000000000000000081523360048201526024016101ad565b73ffffffffffffffffffffffffffffffffffffffff8116610379576040517f79a6314900000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b60015460405173ffffffffffffffffffffffffffffffffffffffff8084169216907f9bf4a5b30267728df68663e14adb47e559863967c419dc6030638883408bed2e905f90a3600180547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff92909216919091179055565b5f60208284031215610416575f5ffd5b5035919050565b5f5f5f5f5f60a08688031215610431575f5ffd5b505083359560208501359550604085013594606081013594506080013592509050565b5f60208284031215610464575f5ffd5b813573ffffffffffffffffffffffffffffffffffffffff81168114610487575f5ffd5b939250505056'

/** ABI of the model registry. */
export const registryAbi = [
  {
    "inputs": [],
    "name": "EmptyModel",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "NotRegistrar",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ZeroRegistrar",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "bytes32",
        "name": "root",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "tensorsRoot",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "programRoot",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "tensorCount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "stepCount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "byteLength",
        "type": "uint256"
      }
    ],
    "name": "ModelRegistered",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "previous",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "current",
        "type": "address"
      }
    ],
    "name": "RegistrarChanged",
    "type": "event"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "root",
        "type": "bytes32"
      }
    ],
    "name": "byteLength",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "root",
        "type": "bytes32"
      }
    ],
    "name": "isRegistered",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "tensorsRoot",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "programRoot",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "tensorCount",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "stepCount",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "register",
    "outputs": [
      {
        "internalType": "bytes32",
        "name": "root",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "registrar",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "next",
        "type": "address"
      }
    ],
    "name": "setRegistrar",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  }
] as const
