using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// System calls that a new process makes between clone and exec, without managed code, C library or locks. Until exec the
/// child shares this process's memory and the caller waits, as in vfork; so the child reports a failure by writing the
/// failed step to memory. Linux on x64 and arm64.
/// </summary>
internal sealed unsafe class PreExecProgram : IDisposable
{
    private const int MostSteps = 512;
    private const int StackBytes = 16 << 10;
    private const int CloneVm = 0x100;
    private const int CloneVfork = 0x4000;

    private readonly int _capacity;
    private readonly List<string> _names = [];
    private readonly List<nint> _texts = [];
    private int _keptSteps;
    private int _keptTexts;
    private Header* _header;

    internal PreExecProgram(int capacity = MostSteps)
    {
        _capacity = capacity;
        var steps = (nuint)(capacity * sizeof(Step));
        _header = (Header*)NativeMemory.AllocZeroed((nuint)sizeof(Header) + steps + StackBytes);
        _header->Steps = (Step*)(_header + 1);
        _header->Stack = (byte*)_header->Steps + steps + StackBytes - 16;
        _header->AllSignals = ulong.MaxValue;
    }

    /// <summary>Whether there is machine code for this processor, and this process may execute it.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() && PreExecCode.IsUsable;

    /// <summary>Adds a call.</summary>
    /// <param name="name">The name used to report a failure.</param>
    /// <param name="number">The system call's number on this processor.</param>
    /// <param name="optional">Whether a failure is ignored.</param>
    /// <param name="arguments">At most six.</param>
    /// <returns>Its index.</returns>
    internal int Add(string name, int number, bool optional, params ReadOnlySpan<nint> arguments)
    {
        if (_names.Count == _capacity)
            throw new InvalidOperationException($"The program is full: it has room for {_capacity} steps.");
        var step = _header->Steps + _names.Count;
        *step = default;
        step->Number = number;
        for (var i = 0; i < arguments.Length; i++)
            step->Arguments[i] = arguments[i];
        step->Optional = optional ? 1 : 0;
        _names.Add(name);
        _header->Count = _names.Count;
        return _names.Count - 1;
    }

    /// <summary>Makes the result of one step the first argument of another, such as of an open and a write.</summary>
    internal void Pass(int from, int to) => _header->Steps[from].Store = &_header->Steps[to].Arguments[0];

    /// <summary>Writes the result of a step, as 64 bits, to memory of the program.</summary>
    internal void Store(int from, byte* to) => _header->Steps[from].Store = (long*)to;

    /// <summary>A text with its NUL, kept as long as the program.</summary>
    internal byte* Text(string text)
    {
        var bytes = (byte*)NativeMemory.Alloc((nuint)Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        bytes[Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, Encoding.UTF8.GetMaxByteCount(text.Length)))] = 0;
        _texts.Add((nint)bytes);
        return bytes;
    }

    /// <summary>Zeroed memory, kept as long as the program.</summary>
    internal byte* Zeroes(int length)
    {
        var bytes = (byte*)NativeMemory.AllocZeroed((nuint)length);
        _texts.Add((nint)bytes);
        return bytes;
    }

    /// <summary>Marks the calls added so far as those that <see cref="Reset"/> keeps.</summary>
    internal void Keep() => (_keptSteps, _keptTexts) = (_names.Count, _texts.Count);

    /// <summary>Removes the calls added since <see cref="Keep"/>.</summary>
    internal void Reset()
    {
        _header->Count = _keptSteps;
        _names.RemoveRange(_keptSteps, _names.Count - _keptSteps);
        foreach (var text in CollectionsMarshal.AsSpan(_texts)[_keptTexts..])
            NativeMemory.Free((void*)text);
        _texts.RemoveRange(_keptTexts, _texts.Count - _keptTexts);
    }

    /// <summary>Runs the calls in a new process.</summary>
    /// <param name="namespaces">CLONE_NEW… flags.</param>
    /// <param name="processId">The new process's pid; the caller must reap it even if a step has failed.</param>
    /// <returns>Null, or the step that failed and its errno; then the process exits with code 127.</returns>
    internal StepFailure? Run(int namespaces, out int processId)
    {
        _header->Flags = namespaces | CloneVm | CloneVfork | ChildExits.ChildSignal;
        _header->Failed = null;
        var result = (long)PreExecCode.Run(_header);
        processId = result > 0 ? (int)result : 0;
        if (result < 0)
            return new StepFailure("clone", (int)-result);
        return _header->Failed == null ? null : new StepFailure(_names[(int)(_header->Failed - _header->Steps)], (int)-_header->Result);
    }

    public void Dispose()
    {
        foreach (var text in _texts)
            NativeMemory.Free((void*)text);
        _texts.Clear();
        NativeMemory.Free(_header);
        _header = null;
    }

    // The machine code depends on these two layouts.
    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        internal long Flags;
        internal byte* Stack;
        internal nint ParentTid;
        internal long Count;
        internal Step* Steps;
        internal Step* Failed;
        internal long Result;
        internal ulong AllSignals;
        internal ulong PreviousSignals;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Step
    {
        internal long Number;
        internal fixed long Arguments[6];
        internal long Optional;
        internal long* Store;
    }
}

/// <summary>A step of a confined spawn failed.</summary>
/// <param name="Step">The step: a system call, or its purpose.</param>
/// <param name="Errno">The errno.</param>
internal readonly record struct StepFailure(string Step, int Errno)
{
    /// <summary>The failure as a phrase.</summary>
    public override string ToString() => $"{Step} failed: {Marshal.GetPInvokeErrorMessage(Errno)} (errno {Errno})";
}
