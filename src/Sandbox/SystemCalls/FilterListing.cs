using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Lists a filter's program for people, with names for numbers.</summary>
internal static class FilterListing
{
    /// <summary>Returns one line for each instruction.</summary>
    /// <param name="filter">The filter.</param>
    public static IReadOnlyList<string> Of(CallFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var lines = new List<string>(filter.Program.Count);
        var loaded = "";
        for (var i = 0; i < filter.Program.Count; i++)
        {
            var instruction = filter.Program[i];
            if (instruction.Code == FilterAssembler.LoadWord)
                loaded = Field(instruction.Value);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{i,4}  {Text(filter, i, instruction, loaded)}"));
        }
        return lines;
    }

    private static string Text(CallFilter filter, int at, in FilterInstruction instruction, string loaded) => instruction.Code switch
    {
        FilterAssembler.LoadWord => $"load {loaded}",
        FilterAssembler.And => $"keep the bits 0x{instruction.Value:x} of it",
        FilterAssembler.JumpAlways => $"go to {at + 1 + instruction.Value}",
        FilterAssembler.JumpIfEqual => $"if it is {Operand(filter, at, instruction.Value, loaded)}{Targets(at, instruction)}",
        FilterAssembler.JumpIfGreaterOrEqual => $"if it is at least 0x{instruction.Value:x}{Targets(at, instruction)}",
        FilterAssembler.Return => Verdict(instruction.Value),
        _ => $"0x{instruction.Code:x} {instruction.JumpTrue} {instruction.JumpFalse} 0x{instruction.Value:x}",
    };

    private static string Field(uint offset) => offset switch
    {
        0 => "the system call's number",
        4 => "the architecture",
        8 => "the address it comes from, lower half",
        12 => "the address it comes from, upper half",
        _ => $"argument {(offset - 16) / 8}, {((offset - 16) % 8 == 0 ? "lower" : "upper")} half",
    };

    private static string Operand(CallFilter filter, int at, uint value, string loaded) =>
        filter.SelfLines.Contains(at) ? "this process"
        : loaded == Field(0) ? $"{filter.Table.NameOf((int)value) ?? "?"} ({value})"
        : loaded == Field(4) ? $"{filter.Table.Architecture} (0x{value:x})"
        : $"0x{value:x}";

    private static string Targets(int at, in FilterInstruction instruction) =>
        (instruction.JumpTrue, instruction.JumpFalse) switch
        {
            (0, var no) => $", else go to {at + 1 + no}",
            (var yes, 0) => $", go to {at + 1 + yes}",
            (var yes, var no) => $", go to {at + 1 + yes}, else to {at + 1 + no}",
        };

    private static string Verdict(uint action) => action switch
    {
        CallFilter.Allow => "allow",
        CallFilter.Notify => "refuse and report",
        CallFilter.KillProcess => "kill the process",
        _ => $"fail with errno {action & 0xffff}",
    };
}
