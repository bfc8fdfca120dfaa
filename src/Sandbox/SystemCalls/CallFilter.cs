using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A seccomp program. A call without a rule is a violation; a call of another architecture kills the process. Calls are allowed
/// unconditionally where possible: the kernel caches that and skips the program.
/// </summary>
internal sealed class CallFilter
{
    internal const uint Allow = 0x7fff0000;
    internal const uint Notify = 0x7fc00000;
    internal const uint KillProcess = 0x80000000;
    internal const uint Fail = 0x00050000;

    private const int NumberOffset = 0;
    private const int ArchitectureOffset = 4;
    private const int ArgumentsOffset = 16;
    private const int AddressOffset = 8;
    private const int OwnRanges = 3;
    private const uint X32Bit = 0x40000000;

    private CallFilter(SystemCallTable table, FilterInstruction[] program, FilterAssembler assembler)
    {
        Table = table;
        Program = program;
        SelfLines = assembler.SelfLines;
        CodeLines = assembler.CodeLines;
    }

    /// <summary>The system call table it uses.</summary>
    public SystemCallTable Table { get; }

    /// <summary>The program, with 0 in place of the filtered process's own pid.</summary>
    public IReadOnlyList<FilterInstruction> Program { get; }

    /// <summary>The instructions that compare with the filtered process's own pid.</summary>
    public IReadOnlyList<int> SelfLines { get; }

    /// <summary>The instructions that compare a call's address with the filtered process's own code, three for each range.</summary>
    public IReadOnlyList<int> CodeLines { get; }

    /// <summary>Builds the program.</summary>
    /// <param name="table">The processor's calls; rules for other calls are left out.</param>
    /// <param name="rules">One rule for each name.</param>
    /// <param name="violation">The result of a violation: <see cref="Notify"/>, or an errno if there is no listener.</param>
    /// <param name="asks">The allowed calls that the listener is asked about first; null for none.</param>
    internal static CallFilter Build(SystemCallTable table, IEnumerable<CallRule> rules, uint violation, Func<string, bool>? asks = null)
    {
        var assembler = new FilterAssembler();
        var conditions = new List<(FilterLabel Label, CallRule Rule)>();
        var question = new FilterLabel();
        FilterLabel? asked(CallRule rule) => asks?.Invoke(rule.Name) == true ? question : null;

        var architectureIsRight = new FilterLabel();
        assembler.Load(ArchitectureOffset);
        assembler.IfEqual(table.AuditArchitecture, architectureIsRight, null);
        assembler.Verdict(KillProcess);
        assembler.Place(architectureIsRight);
        assembler.Load(NumberOffset);
        if (table == SystemCallTable.X64)
        {
            var below = new FilterLabel();
            assembler.IfGreaterOrEqual(X32Bit, null, below);
            assembler.Verdict(KillProcess);
            assembler.Place(below);
        }
        foreach (var (number, rule) in Numbered(table, rules))
        {
            var next = new FilterLabel();
            assembler.IfEqual((uint)number, null, next);
            if (rule.Errno != 0)
                assembler.Verdict(Fail | (uint)rule.Errno);
            else if (rule.Cases.Count == 0)
                Admit(assembler, asked(rule));
            else
                assembler.Jump(AddCondition(conditions, rule));
            assembler.Place(next);
        }
        assembler.Verdict(violation);
        foreach (var (label, rule) in conditions)
        {
            assembler.Place(label);
            Test(assembler, rule, violation, asked(rule));
        }
        if (asks is not null)
            AddQuestion(assembler, question);
        return new CallFilter(table, assembler.Assemble(), assembler);
    }

    private static void Admit(FilterAssembler assembler, FilterLabel? question)
    {
        if (question is null)
            assembler.Verdict(Allow);
        else
            assembler.Jump(question);
    }

    // The process that installs the filter is not asked about: its listener is not with the parent yet, and it would wait for ever. A
    // command that put code of its own at these addresses would not be asked about either, and so get nothing.
    private static void AddQuestion(FilterAssembler assembler, FilterLabel question)
    {
        assembler.Place(question);
        for (var range = 0; range < OwnRanges; range++)
        {
            var next = new FilterLabel();
            assembler.IfOwnCode(AddressOffset, AddressOffset + sizeof(uint), next);
            assembler.Verdict(Allow);
            assembler.Place(next);
        }
        assembler.Verdict(Notify);
    }

    private static IEnumerable<(int Number, CallRule Rule)> Numbered(SystemCallTable table, IEnumerable<CallRule> rules)
    {
        var numbered = new SortedDictionary<int, CallRule>();
        foreach (var rule in rules)
        {
            if (table.TryGetNumber(rule.Name, out var number))
                numbered.Add(number, rule);
        }
        return numbered.Select(static pair => (pair.Key, pair.Value));
    }

    private static FilterLabel AddCondition(List<(FilterLabel Label, CallRule Rule)> conditions, CallRule rule)
    {
        var label = new FilterLabel();
        conditions.Add((label, rule));
        return label;
    }

    private static void Test(FilterAssembler assembler, CallRule rule, uint violation, FilterLabel? question)
    {
        foreach (var one in rule.Cases)
        {
            var nextCase = new FilterLabel();
            foreach (var condition in one.Conditions)
                Test(assembler, condition, nextCase);
            if (one.Errno == 0)
                Admit(assembler, question);
            else
                assembler.Verdict(Fail | (uint)one.Errno);
            assembler.Place(nextCase);
        }
        assembler.Verdict(violation);
    }

    private static void Test(FilterAssembler assembler, ArgumentIs condition, FilterLabel otherwise)
    {
        // Little-endian on both processors: the low half first.
        var low = ArgumentsOffset + (8 * condition.Argument);
        Half(low, (uint)condition.Mask, (uint)condition.Value);
        Half(low + 4, (uint)(condition.Mask >> 32), (uint)(condition.Value >> 32));

        void Half(int offset, uint mask, uint value)
        {
            if (mask == 0)
                return;
            assembler.Load(offset);
            if (mask != uint.MaxValue)
                assembler.Mask(mask);
            if (condition.IsSelf)
                assembler.IfSelf(null, otherwise);
            else if (condition.Negated)
                assembler.IfEqual(value, otherwise, null);
            else
                assembler.IfEqual(value, null, otherwise);
        }
    }
}
