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

/// <summary>
/// Ctrl-C and Ctrl-Break for the programs of another console. Windows sends them only to the sender's own console, so this process
/// enters the other one for the moment; it must have none itself. All programs of that console are told, whatever groups they have
/// made. Which console that is, the command decides: it can leave the one it was started in and enter another of its user's. While
/// this process is in it, whoever closes the console, or sends an order of its own before the handler is registered, ends this process.
/// </summary>
internal static unsafe partial class WindowsInterrupt
{
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
    /// <returns>False if the console is gone, another console's host does not answer, or the system did not send it to this process as well.</returns>
    internal static bool TrySend(int process, WindowsOrder order)
    {
        if (!Turn.TryEnter(Patience))
            return false;
        try
        {
            if (Attach((uint)process) == 0)
                return false;
            // This process is told as well, and the handler that keeps it alive was forgotten when it entered.
            var isSent = Prepare() && Send(order);
            _ = Detach();
            _ = Prepare();
            return isSent;
        }
        finally
        {
            Turn.Exit();
        }
    }

    private static bool Send(WindowsOrder order)
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

    [LibraryImport("kernel32", EntryPoint = "AttachConsole", SetLastError = true)]
    private static partial int Attach(uint process);

    [LibraryImport("kernel32", EntryPoint = "FreeConsole", SetLastError = true)]
    private static partial int Detach();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    private static partial int Generate(uint order, uint group);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleCtrlHandler", SetLastError = true)]
    private static partial int SetHandler(delegate* unmanaged<uint, int> handler, int add);
}
