using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>One instruction of a classic BPF program, in the kernel's layout.</summary>
/// <param name="Code">The operation.</param>
/// <param name="JumpTrue">How many instructions to skip if the condition holds.</param>
/// <param name="JumpFalse">How many instructions to skip otherwise.</param>
/// <param name="Value">The operand.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Value);

/// <summary>Seccomp filters. Linux; see seccomp(2).</summary>
internal static unsafe class Seccomp
{
    internal const nint SetModeFilter = 1;
    private const nint ActionAvailable = 2;
    private const nint Synchronise = 1;
    private const nint NewListener = 8;
    private const nint SynchroniseFails = 16;
    private const uint NotifyAction = 0x7fc00000;
    private const uint AllowAction = 0x7fff0000;

    /// <summary>Whether the kernel can ask another process about a call (user notification).</summary>
    public static bool CanNotify
    {
        get
        {
            var action = NotifyAction;
            return OperatingSystem.IsLinux() && LibC.SystemCall(CallNumbers.Seccomp, ActionAvailable, 0, (nint)(&action), 0) == 0;
        }
    }

    /// <summary>Whether the kernel supports filters.</summary>
    public static bool IsAvailable
    {
        get
        {
            var action = AllowAction;
            return OperatingSystem.IsLinux() && LibC.SystemCall(CallNumbers.Seccomp, ActionAvailable, 0, (nint)(&action), 0) == 0;
        }
    }

    /// <summary>Installs a filter on every thread of this process, permanently. Needs no_new_privs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="listener">Receives the calls that the program asks about; null if no listener was requested.</param>
    /// <param name="wantListener">Whether to create a listener.</param>
    /// <returns>0, or the errno.</returns>
    public static int TryInstall(ReadOnlySpan<FilterInstruction> program, bool wantListener, out SafeDescriptor? listener)
    {
        listener = null;
        fixed (FilterInstruction* instructions = program)
        {
            var header = new Program { Length = (ushort)program.Length, Instructions = instructions };
            var flags = Synchronise | (wantListener ? NewListener | SynchroniseFails : 0);
            var result = LibC.SystemCall(CallNumbers.Seccomp, SetModeFilter, flags, (nint)(&header), 0);
            if (result < 0)
                return Marshal.GetLastPInvokeError();
            if (wantListener)
                listener = new SafeDescriptor((int)result);
            // Without the listener's flag, a positive result is the id of a thread that could not take the filter.
            return !wantListener && result > 0 ? 3 : 0;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Program
    {
        internal ushort Length;
        internal FilterInstruction* Instructions;
    }
}
