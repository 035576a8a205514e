// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

interface Shapes {
    struct Point { int32 x; int32 y; }

    struct Polygon { bytes32 name; Point[] points; string[] labels; Nested[2] nested; }

    struct Nested { bool isOpen; uint8[3][] grid; address payable to; function() external back; }

    event Drawn(string indexed name, Point indexed where, Polygon polygon, uint8[3][] grid) anonymous;

    function draw(Polygon calldata polygon) external payable returns (Polygon memory);
}

abstract contract First is Shapes {
    Polygon[] internal polygons;
    mapping(string => mapping(bytes4 => Point[2])) internal index;

    function draw(Polygon calldata polygon) public payable virtual override returns (Polygon memory copy) {
        copy = polygon;
        copy.points[0] = Point({y: 2, x: -1});
        emit Drawn(copy.labels[0], copy.points[0], polygon, polygon.nested[1].grid);
    }
}

abstract contract Second is First {
    modifier counted(uint256 n) {
        for (uint256 i; i < n; ++i) {
            if (polygons.length == i) return;
            _;
        }
        _;
    }

    function draw(Polygon calldata polygon) public payable virtual override counted(2) returns (Polygon memory) {
        return super.draw(polygon);
    }
}

contract Encoding is Second {
    function keep(Polygon memory polygon) external returns (uint256) {
        Polygon storage kept = polygons.push();
        kept.name = polygon.name;
        kept.labels = polygon.labels;
        for (uint256 i; i < polygon.points.length; ++i) kept.points.push(polygon.points[i]);
        index[polygon.labels[0]][bytes4(polygon.name)][1] = kept.points[0];
        delete polygons[0].labels;
        return polygons.length;
    }

    function get(uint256 n) external view returns (Point[] memory, string memory, Point memory) {
        Polygon storage kept = polygons[n];
        return (kept.points, kept.labels[kept.labels.length - 1], index["a"][0x01020304][0]);
    }

    function packed(bytes calldata a, uint16 b, string memory c) external pure returns (bytes memory, bytes memory) {
        return (bytes.concat(a[2:], bytes2(b), bytes(c)), abi.encodePacked(b, c, [uint24(1), 2]));
    }

    function call(Shapes other, Polygon calldata polygon) external payable returns (bytes memory) {
        other.draw{value: msg.value}(polygon);
        return abi.encodeCall(other.draw, (polygon));
    }

    receive() external payable {}
}
