// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

/// @title Errors of the checked functions
/// @notice Each says what was found and what was expected. Shapes are lists of dimensions, outermost first, and
/// operands have the names of the function's parameters, so that any tool that decodes errors shows them in plain text.
library TensorErrors {
    /// @notice An operand has another dtype than the function takes.
    /// @param operand name of the parameter
    /// @param found dtype of the operand
    /// @param expected dtypes that the function takes
    error DTypeMismatch(string operand, string found, string expected);

    /// @notice An operand has another shape than the other operands or the attributes require.
    /// @param operand name of the parameter
    /// @param found shape of the operand
    /// @param expected shape that fits; of several, the one nearest to what was found
    error ShapeMismatch(string operand, uint256[] found, uint256[] expected);

    /// @notice An operand has another number of axes than the function takes.
    /// @param operand name of the parameter
    /// @param found shape of the operand
    /// @param expected number of axes
    error RankMismatch(string operand, uint256[] found, uint256 expected);

    /// @notice Two shapes do not broadcast: from the last axis on, dimensions must be equal or one of them 1.
    /// @param a shape of the first operand
    /// @param b shape of the second operand
    error ShapesDoNotBroadcast(uint256[] a, uint256[] b);

    /// @notice A shape has another number of elements than the tensor or the values.
    /// @param found elements that there are
    /// @param expected shape that was asked for
    error ElementCountMismatch(uint256 found, uint256[] expected);

    /// @notice Data is not as long as the canonical form of the type that it is read as.
    /// @param found bytes that there are
    /// @param expected bytes of the type
    error LengthMismatch(uint256 found, uint256 expected);

    /// @notice The code of an account ends before the tensor does.
    /// @param account whose code is read
    /// @param found bytes of its code
    /// @param expected bytes up to the end of the tensor
    error CodeTooShort(address account, uint256 found, uint256 expected);

    /// @notice A function of one axis needs a tensor whose other dimensions are all 1.
    /// @param found shape of the tensor
    error NotAVector(uint256[] found);

    /// @notice An axis is beyond the rank.
    /// @param axis axis that was asked for, from 0
    /// @param rank number of axes
    error AxisOutOfRange(uint256 axis, uint256 rank);

    /// @notice The axes are not a permutation of all axes of the tensor.
    /// @param found axes that were asked for
    /// @param rank number of axes of the tensor
    error NotAPermutation(uint256[] found, uint256 rank);

    /// @notice An element is beyond the end of its tensor or axis.
    /// @param index position that was asked for, from 0
    /// @param length number of elements
    error IndexOutOfRange(uint256 index, uint256 length);

    /// @notice A dimension, a size or a multiple of an axis is not one that a tensor can have.
    /// @param axis which one, from 0
    /// @param found its value
    /// @param greatest greatest value; the least is 1
    error DimensionOutOfRange(uint256 axis, uint256 found, uint256 greatest);

    /// @notice A number is outside the range of its field or of the dtype.
    /// @param what name of the parameter
    /// @param found its value
    /// @param low least value
    /// @param high greatest value
    error ValueOutOfRange(string what, int256 found, int256 low, int256 high);

    /// @notice A scale is not a number: its denominator is 0, or one of both is 2^128 or more.
    /// @param numerator as given
    /// @param denominator as given
    error ScaleOutOfRange(uint256 numerator, uint256 denominator);

    /// @notice A window with its dilation is larger than the padded input.
    /// @param axis 1 for the height, 2 for the width
    /// @param window rows or columns that the window spans
    /// @param input rows or columns of the input with its pads
    error WindowTooLarge(uint256 axis, uint256 window, uint256 input);

    /// @notice A setting of a window does not apply to the layer, which can't have it.
    /// @param setting name of the setting
    error WindowNotSupported(string setting);

    /// @notice An output element would depend on more of the operands than the specification allows.
    /// @param found leaves of 256 bytes that it reads
    /// @param greatest most that it may
    error ReachExceeded(uint256 found, uint256 greatest);
}
