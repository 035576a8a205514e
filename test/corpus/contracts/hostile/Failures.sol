// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

contract Child {
    error Refused(uint256 code, string why);

    constructor(uint256 code) payable {
        if (code > 5) revert Refused(code, "too large");
        require(code != 3, Refused(code, unicode"three → no"));
        assert(code != 4);
    }
}

contract Failures {
    event Caught(string kind, bytes data);

    uint256[] internal list;

    function create(uint256 code) external returns (Child child) {
        try new Child{salt: bytes32(code)}(code) returns (Child c) {
            child = c;
        } catch Error(string memory reason) {
            emit Caught("error", bytes(reason));
        } catch Panic(uint256 number) {
            emit Caught("panic", abi.encode(number));
        } catch (bytes memory data) {
            emit Caught("other", data);
        }
    }

    function panics(uint256 kind, uint256 n, uint256[] memory values) external returns (uint256 r) {
        try this.panic(kind, n, values) returns (uint256 x, string memory text) {
            r = x + bytes(text).length;
        } catch Panic(uint256 code) {
            r = code;
        } catch {
            r = type(uint256).max;
        }
    }

    function panic(uint256 kind, uint256 n, uint256[] memory values) external returns (uint256, string memory) {
        if (kind == 0x11) return (n - 1, "underflow");
        if (kind == 0x12) return (1 / n, "division");
        if (kind == 0x21) return (uint256(uint8(Kind(n))), "enumeration");
        if (kind == 0x31) list.pop();
        if (kind == 0x32) return (values[n], "bounds");
        if (kind == 0x41) values = new uint256[](n);
        if (kind == 0x51) return (never(n), "function");
        revert(string.concat("unknown: ", string(abi.encodePacked(n))));
    }

    enum Kind { A, B, C }

    function(uint256) internal pure returns (uint256) internal never;

    function decode(bytes calldata data) external pure returns (uint8, int16[] memory, string[2] memory, Kind) {
        return abi.decode(data, (uint8, int16[], string[2], Kind));
    }

    function low(address target, bytes calldata data) external payable returns (bool ok, bytes memory result) {
        (ok, result) = target.call{value: msg.value, gas: gasleft() / 2}(data);
        if (!ok) (ok, result) = target.delegatecall(data);
        if (!ok) payable(target).transfer(1);
    }

    receive() external payable {
        require(msg.value > 1);
    }

    fallback(bytes calldata data) external payable returns (bytes memory) {
        if (data.length < 4) revert();
        return abi.encodeWithSelector(bytes4(data), data[4:]);
    }
}
