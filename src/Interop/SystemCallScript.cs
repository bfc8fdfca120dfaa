using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// System calls that a new process makes before it becomes another program: no managed code, no C library and no lock is
/// touched between clone and exec. The child shares this process's memory until then, and its caller waits, as in vfork;
/// so a failure is told by writing which call it was. Linux on x64 and arm64.
/// </summary>
internal sealed unsafe class SystemCallScript : IDisposable
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

    internal SystemCallScript(int capacity = MostSteps)
    {
        _capacity = capacity;
        var steps = (nuint)(capacity * sizeof(Step));
        _header = (Header*)NativeMemory.AllocZeroed((nuint)sizeof(Header) + steps + StackBytes);
        _header->Steps = (Step*)(_header + 1);
        _header->Stack = (byte*)_header->Steps + steps + StackBytes - 16;
        _header->AllSignals = ulong.MaxValue;
    }

    /// <summary>Whether this processor has the code for it.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() && ScriptCode.Exists;

    /// <summary>Adds a call.</summary>
    /// <param name="name">What a failure is reported as.</param>
    /// <param name="number">The system call's number on this processor.</param>
    /// <param name="optional">Whether a failure is passed over.</param>
    /// <param name="arguments">At most six.</param>
    /// <returns>Its place.</returns>
    internal int Add(string name, int number, bool optional, params ReadOnlySpan<nint> arguments)
    {
        if (_names.Count == _capacity)
            throw new InvalidOperationException("The script is full.");
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

    /// <summary>The result of one step becomes the first argument of another: of an open, say, and a write.</summary>
    internal void Pass(int from, int to) => _header->Steps[from].Store = &_header->Steps[to].Arguments[0];

    /// <summary>The result of a step is written, as 64 bits, to memory of the script's.</summary>
    internal void Store(int from, byte* to) => _header->Steps[from].Store = (long*)to;

    /// <summary>A text with its NUL, alive as long as the script.</summary>
    internal byte* Text(string text)
    {
        var bytes = (byte*)NativeMemory.Alloc((nuint)Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        bytes[Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, Encoding.UTF8.GetMaxByteCount(text.Length)))] = 0;
        _texts.Add((nint)bytes);
        return bytes;
    }

    /// <summary>Zeroed memory, alive as long as the script.</summary>
    internal byte* Zeroes(int length)
    {
        var bytes = (byte*)NativeMemory.AllocZeroed((nuint)length);
        _texts.Add((nint)bytes);
        return bytes;
    }

    /// <summary>What was added so far is what <see cref="Reset"/> goes back to.</summary>
    internal void Keep() => (_keptSteps, _keptTexts) = (_names.Count, _texts.Count);

    /// <summary>Forgets what was added since <see cref="Keep"/>.</summary>
    internal void Reset()
    {
        _header->Count = _keptSteps;
        _names.RemoveRange(_keptSteps, _names.Count - _keptSteps);
        foreach (var text in CollectionsMarshal.AsSpan(_texts)[_keptTexts..])
            NativeMemory.Free((void*)text);
        _texts.RemoveRange(_keptTexts, _texts.Count - _keptTexts);
    }

    /// <summary>Runs it in a new process.</summary>
    /// <param name="namespaces">CLONE_NEW… flags.</param>
    /// <param name="processId">The new process's pid; it is to be waited for even when a step has failed.</param>
    /// <returns>Null, or the step that failed and its errno; then the process exits with code 127.</returns>
    internal StepFailure? Run(int namespaces, out int processId)
    {
        _header->Flags = namespaces | CloneVm | CloneVfork | ChildExits.ChildSignal;
        _header->Failed = null;
        var result = (long)ScriptCode.Run(_header);
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

    // The machine code knows these two layouts.
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

/// <summary>One step of a confined spawn has failed.</summary>
/// <param name="Step">Which: a system call, or what it was for.</param>
/// <param name="Errno">The errno.</param>
internal readonly record struct StepFailure(string Step, int Errno)
{
    /// <summary>A phrase.</summary>
    public override string ToString() => $"{Step} failed: {Marshal.GetPInvokeErrorMessage(Errno)} (errno {Errno})";
}
