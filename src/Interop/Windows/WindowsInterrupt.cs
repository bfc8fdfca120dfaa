using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>What a program is told at its console.</summary>
internal enum WindowsOrder : uint
{
    /// <summary>CTRL_C: what Ctrl-C is. A program can switch it off.</summary>
    Interrupt = 0,

    /// <summary>CTRL_BREAK: a program can handle it, but not switch it off.</summary>
    Break = 1,
}

/// <summary>What became of an order.</summary>
internal enum WindowsOrderEnd
{
    /// <summary>It was sent to every program in the console.</summary>
    Sent,

    /// <summary>The program has no console, or not yet, or has ended: no order can reach it.</summary>
    NoConsole,

    /// <summary>It was not sent: a console's host does not answer.</summary>
    NotSent,
}

/// <summary>
/// Ctrl-C and Ctrl-Break for the programs of another console. Windows sends them only to the sender's own console, so this process
/// enters the other one for the moment; it must have none itself. All programs of that console are told, whatever groups they have
/// made. Which console that is, the command decides: it can leave the one it was started in and enter another of its user's. While
/// this process is in it, whoever closes the console, or sends an order of its own before the handler is registered, ends this process.
/// </summary>
internal static unsafe partial class WindowsInterrupt
{
    private const int BasicInformation = 0;
    private const int NarrowInformation = 26;
    private const uint InterruptIsOff = 1;

    // A process is in one console at a time.
    private static readonly Lock Turn = new();

    // Set when this process was told as well, so that it can leave the console.
    private static readonly ManualResetEventSlim Told = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Lets programs that this process starts be interrupted, also if whoever has started this process has switched Ctrl-C off, which is inherited.</summary>
    /// <returns>False if the system refused: an order would end this process.</returns>
    internal static bool Prepare()
    {
        // Ctrl-C is not switched off for this process: programs that start meanwhile would inherit it, and the handler, which says
        // when the order has come, would not be called.
        _ = SetHandler(null, 0);
        // Entering and leaving a console empty the table of handlers, but not under Wine, where it would grow.
        _ = SetHandler(&Ignore, 0);
        return SetHandler(&Ignore, 1) != 0;
    }

    /// <summary>
    /// Tells every program in the console of a process. It may take as long as the console's host does not answer, which is for ever if
    /// it is suspended: call it on a thread that may be lost.
    /// </summary>
    /// <param name="process">The pid of one of its programs.</param>
    /// <param name="order">What they are told.</param>
    internal static WindowsOrderEnd Send(int process, WindowsOrder order)
    {
        if (!Turn.TryEnter(Patience))
            return WindowsOrderEnd.NotSent;
        try
        {
            if (Attach((uint)process) == 0)
                return WindowsOrderEnd.NoConsole;
            // This process is told as well, and the handler that keeps it alive was forgotten when it entered.
            var isSent = Prepare() && Generate(order);
            _ = Detach();
            _ = Prepare();
            return isSent ? WindowsOrderEnd.Sent : WindowsOrderEnd.NotSent;
        }
        finally
        {
            Turn.Exit();
        }
    }

    /// <summary>
    /// Whether a program has switched CTRL_C off, or was started so (as a process group of its own is). It is a flag in the program's own memory, where its
    /// libraries keep it; false if it cannot be read.
    /// </summary>
    /// <param name="process">The program, which runs.</param>
    internal static bool HasSwitchedOffInterrupt(SafeHandle process)
    {
        // ProcessParameters, and in these ConsoleFlags: their places in a program of 64 bits, and in one of 32.
        nint narrow = 0;
        _ = QueryProcess(process, NarrowInformation, &narrow, (uint)sizeof(nint), null);
        var basic = default(BasicProcessInformation);
        if (narrow == 0 && QueryProcess(process, BasicInformation, &basic, (uint)sizeof(BasicProcessInformation), null) < 0)
            return false;
        nint parameters = 0;
        uint flags = 0;
        return Read(process, narrow != 0 ? narrow + 0x10 : basic.Environment + 0x20, &parameters, narrow != 0 ? sizeof(uint) : (nuint)sizeof(nint), null) != 0
            && Read(process, parameters + (narrow != 0 ? 0x14 : 0x18), &flags, sizeof(uint), null) != 0
            && (flags & InterruptIsOff) != 0;
    }

    private static bool Generate(WindowsOrder order)
    {
        Told.Reset();
        // Wine 8 refuses CTRL_BREAK. The order comes on a thread of its own, which must find the handler.
        return (Generate((uint)order, 0) != 0 || (order == WindowsOrder.Break && Generate((uint)WindowsOrder.Interrupt, 0) != 0)) && Told.Wait(Patience);
    }

    [UnmanagedCallersOnly]
    private static int Ignore(uint order)
    {
        if (order > (uint)WindowsOrder.Break)
            return 0;
        Told.Set();
        return 1;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BasicProcessInformation
    {
        internal nint ExitStatus, Environment, Affinity, Priority, Id, Parent;
    }

    [LibraryImport("ntdll", EntryPoint = "NtQueryInformationProcess")]
    private static partial int QueryProcess(SafeHandle process, int kind, void* information, uint length, uint* returned);

    [LibraryImport("kernel32", EntryPoint = "ReadProcessMemory", SetLastError = true)]
    private static partial int Read(SafeHandle process, nint from, void* to, nuint length, nuint* read);

    [LibraryImport("kernel32", EntryPoint = "AttachConsole", SetLastError = true)]
    private static partial int Attach(uint process);

    [LibraryImport("kernel32", EntryPoint = "FreeConsole", SetLastError = true)]
    private static partial int Detach();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    private static partial int Generate(uint order, uint group);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleCtrlHandler", SetLastError = true)]
    private static partial int SetHandler(delegate* unmanaged<uint, int> handler, int add);
}
