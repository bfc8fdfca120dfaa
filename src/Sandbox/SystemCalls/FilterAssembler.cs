using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>A jump target in a program that is being assembled.</summary>
internal sealed class FilterLabel
{
    internal int Position { get; set; } = -1;
}

/// <summary>Assembles classic BPF: loads of seccomp's data, comparisons, jumps to labels, and verdicts.</summary>
internal sealed class FilterAssembler
{
    internal const ushort LoadWord = 0x20;
    internal const ushort And = 0x54;
    internal const ushort JumpAlways = 0x05;
    internal const ushort JumpIfEqual = 0x15;
    internal const ushort JumpIfGreaterOrEqual = 0x35;
    internal const ushort Return = 0x06;

    private readonly List<(FilterInstruction Instruction, FilterLabel? True, FilterLabel? False)> _lines = [];
    private readonly List<int> _selfLines = [];
    private readonly List<int> _codeLines = [];

    /// <summary>The instructions whose operand is the filtered process's own pid, which that process fills in.</summary>
    internal IReadOnlyList<int> SelfLines => _selfLines;

    /// <summary>The instructions whose operands are a range of the filtered process's own code, three for each range: the upper half of its addresses, and the lower halves of its start and end.</summary>
    internal IReadOnlyList<int> CodeLines => _codeLines;

    internal void Load(int offset) => Add(LoadWord, (uint)offset);

    internal void Mask(uint bits) => Add(And, bits);

    internal void Verdict(uint action) => Add(Return, action);

    internal void Jump(FilterLabel target) => _lines.Add((new FilterInstruction(JumpAlways, 0, 0, 0), target, null));

    /// <summary>A null label means the next instruction.</summary>
    internal void IfEqual(uint value, FilterLabel? then, FilterLabel? otherwise) =>
        _lines.Add((new FilterInstruction(JumpIfEqual, 0, 0, value), then, otherwise));

    internal void IfSelf(FilterLabel? then, FilterLabel? otherwise)
    {
        _selfLines.Add(_lines.Count);
        IfEqual(0, then, otherwise);
    }

    internal void IfGreaterOrEqual(uint value, FilterLabel? then, FilterLabel? otherwise) =>
        _lines.Add((new FilterInstruction(JumpIfGreaterOrEqual, 0, 0, value), then, otherwise));

    /// <summary>Compares the address that a call comes from, whose halves are at these offsets, with a range that is filled in later; until then none matches.</summary>
    internal void IfOwnCode(int low, int high, FilterLabel otherwise)
    {
        Load(high);
        _codeLines.Add(_lines.Count);
        IfEqual(uint.MaxValue, null, otherwise);
        Load(low);
        _codeLines.Add(_lines.Count);
        IfGreaterOrEqual(uint.MaxValue, null, otherwise);
        _codeLines.Add(_lines.Count);
        IfGreaterOrEqual(0, otherwise, null);
    }

    internal void Place(FilterLabel label) => label.Position = _lines.Count;

    internal FilterInstruction[] Assemble()
    {
        var program = new FilterInstruction[_lines.Count];
        for (var i = 0; i < program.Length; i++)
        {
            var (instruction, then, otherwise) = _lines[i];
            program[i] = instruction.Code == JumpAlways
                ? instruction with { Value = (uint)Distance(i, then, int.MaxValue) }
                : instruction with { JumpTrue = (byte)Distance(i, then, 255), JumpFalse = (byte)Distance(i, otherwise, 255) };
        }
        return program;
    }

    private void Add(ushort code, uint value) => _lines.Add((new FilterInstruction(code, 0, 0, value), null, null));

    private static int Distance(int from, FilterLabel? to, int limit)
    {
        if (to is null)
            return 0;
        var distance = to.Position - from - 1;
        // The kernel accepts only forward jumps.
        return distance >= 0 && distance <= limit ? distance : throw new InvalidOperationException($"Instruction {from} cannot jump by {distance}.");
    }
}
