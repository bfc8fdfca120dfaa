using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>
/// A terminal for a program on Windows (ConPTY): a console without a window, whose keys come from a pipe and whose screen goes to one,
/// as text and escape sequences in UTF-8. Windows 10 1809 and later have it. Run under Wine 8; never on Windows.
/// </summary>
internal sealed unsafe partial class WindowsPseudoConsole : IDisposable
{
    private readonly Lock _lock = new();
    private nint _console;

    private WindowsPseudoConsole(nint console) => _console = console;

    /// <summary>For a program's attributes.</summary>
    internal nint Handle => _console;

    /// <summary>Creates a terminal.</summary>
    /// <param name="columns">Its width.</param>
    /// <param name="rows">Its height.</param>
    /// <param name="input">The reading end of its keys; the terminal has a handle of its own.</param>
    /// <param name="output">The writing end of its screen; the terminal has a handle of its own.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    /// <exception cref="EntryPointNotFoundException">This Windows has no such terminals.</exception>
    internal static WindowsPseudoConsole Create(int columns, int rows, SafeFileHandle input, SafeFileHandle output)
    {
        nint console;
        var result = CreateConsole(Size(columns, rows), input.DangerousGetHandle(), output.DangerousGetHandle(), 0, &console);
        return result >= 0 ? new WindowsPseudoConsole(console) : throw new Win32Exception(result);
    }

    /// <summary>Tells its programs a new size.</summary>
    /// <returns>False if the system did not: the terminal keeps its size. Wine 8 cannot do it.</returns>
    internal bool TryResize(int columns, int rows)
    {
        lock (_lock)
            return _console != 0 && ResizeConsole(_console, Size(columns, rows)) >= 0;
    }

    /// <summary>
    /// Ends the terminal, and the programs in it. Before Windows 11 24H2 it waits until the screen's last text is read, so another
    /// thread must be reading it.
    /// </summary>
    public void Dispose()
    {
        nint console;
        lock (_lock)
            (console, _console) = (_console, 0);
        if (console != 0)
            CloseConsole(console);
    }

    // COORD: two shorts.
    private static uint Size(int columns, int rows) => (uint)Math.Clamp(columns, 1, short.MaxValue) | ((uint)Math.Clamp(rows, 1, short.MaxValue) << 16);

    [LibraryImport("kernel32", EntryPoint = "CreatePseudoConsole")]
    private static partial int CreateConsole(uint size, nint input, nint output, uint flags, nint* console);

    [LibraryImport("kernel32", EntryPoint = "ResizePseudoConsole")]
    private static partial int ResizeConsole(nint console, uint size);

    [LibraryImport("kernel32", EntryPoint = "ClosePseudoConsole")]
    private static partial void CloseConsole(nint console);
}
