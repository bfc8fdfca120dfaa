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
/// enters the other one for the moment; it must have none itself. A console of a command's own holds the command's programs alone:
/// all of them are told, whatever groups they have made.
/// </summary>
internal static unsafe partial class WindowsInterrupt
{
    // A process is in one console at a time.
    private static readonly Lock Turn = new();
    private static bool _isPrepared;

    /// <summary>Lets programs that this process starts be interrupted, also if whoever has started this process has switched Ctrl-C off, which is inherited.</summary>
    internal static void Prepare()
    {
        lock (Turn)
        {
            if (_isPrepared)
                return;
            _ = SetHandler(null, 0);
            // The sender is told as well.
            _isPrepared = SetHandler(&Ignore, 1) != 0;
        }
    }

    /// <summary>Tells every program in the console of a process.</summary>
    /// <param name="process">The pid of one of its programs.</param>
    /// <param name="order">What they are told.</param>
    /// <returns>False if the console is gone, or the system did not send it.</returns>
    internal static bool TrySend(int process, WindowsOrder order)
    {
        Prepare();
        lock (Turn)
        {
            if (!_isPrepared || Attach((uint)process) == 0)
                return false;
            // Wine 8 refuses CTRL_BREAK.
            var sent = Generate((uint)order, 0) != 0 || (order == WindowsOrder.Break && Generate((uint)WindowsOrder.Interrupt, 0) != 0);
            _ = Detach();
            return sent;
        }
    }

    [UnmanagedCallersOnly]
    private static int Ignore(uint order) => order <= (uint)WindowsOrder.Break ? 1 : 0;

    [LibraryImport("kernel32", EntryPoint = "AttachConsole", SetLastError = true)]
    private static partial int Attach(uint process);

    [LibraryImport("kernel32", EntryPoint = "FreeConsole", SetLastError = true)]
    private static partial int Detach();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    private static partial int Generate(uint order, uint group);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleCtrlHandler", SetLastError = true)]
    private static partial int SetHandler(delegate* unmanaged<uint, int> handler, int add);
}
