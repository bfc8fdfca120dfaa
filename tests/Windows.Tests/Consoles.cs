using System.Globalization;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.WindowsTests;

/// <summary>What this program does at a console as a command of a spec.</summary>
internal static unsafe partial class Consoles
{
    internal const int Interrupted = 7;
    private const uint ReadAndWrite = 0xc0000000;
    private const uint ShareReadAndWrite = 3;
    private const uint OpenExisting = 3;

    /// <summary>Waits until it is interrupted, says how, and exits with 7.</summary>
    internal static int WaitForInterruption()
    {
        using var interrupted = new ManualResetEventSlim();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            Console.Out.WriteLine($"interrupted by {pressed.SpecialKey}");
            interrupted.Set();
        };
        Console.Out.WriteLine("waiting");
        interrupted.Wait(Timeout.Infinite);
        return Interrupted;
    }

    /// <summary>Switches CTRL_C off, says so, and waits.</summary>
    internal static int SwitchOffInterruption()
    {
        if (SetHandler(null, 1) == 0)
            return 96;
        Console.Out.WriteLine("waiting");
        using var never = new ManualResetEventSlim();
        never.Wait(Timeout.Infinite);
        return 0;
    }

    /// <summary>Leaves its console, says so, and waits.</summary>
    internal static int LeaveConsole()
    {
        if (Free() == 0)
            return 95;
        Console.Out.WriteLine("waiting");
        using var never = new ManualResetEventSlim();
        never.Wait(Timeout.Infinite);
        return 0;
    }

    /// <summary>Starts a program in a console of its own, interrupts it as soon as it says "waiting", and exits with its exit code. Itself it must have no console.</summary>
    internal static int InterruptAnother(WindowsOrder order, string program, string[] arguments)
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var (output, write) = WindowsPipe.ForReading(4096);
        using var process = WindowsProcess.Start(new WindowsStart(
            program, WindowsCommandLine.Of(program, arguments),
            ChildEnvironment.Build(new Dictionary<string, string>(StringComparer.Ordinal)), job)
        { Output = write, HasConsole = true });
        write.Dispose();
        using var reader = new StreamReader(output);
        while (reader.ReadLine() is { } line && line != "waiting")
            Console.Out.WriteLine(line);
        if (WindowsInterrupt.Send(process.Id, order) != WindowsOrderEnd.Sent)
            return 97;
        Console.Out.Write(reader.ReadToEnd());
        WindowsWait.ForAsync(process.Handle).GetAwaiter().GetResult();
        return process.ExitCode();
    }

    /// <summary>Says the terminal's size, reads a line from it, and says the line and the size. Opens the terminal itself: under Wine 8 the standard handles are not its.</summary>
    internal static int TalkAtTerminal()
    {
        using var screen = Open("CONOUT$");
        using var keys = Open("CONIN$");
        Write(screen, $"size {Size(screen)} waits → 世界\r\n");
        var line = new char[200];
        uint read;
        fixed (char* room = line)
        {
            if (ReadConsole(keys, room, (uint)line.Length, &read, null) == 0)
                return 98;
        }
        Write(screen, $"read <{new string(line, 0, (int)read).TrimEnd()}> at {Size(screen)}\r\n");
        return 5;
    }

    private static SafeFileHandle Open(string name) => new(CreateFile(name, ReadAndWrite, ShareReadAndWrite, 0, OpenExisting, 0, 0), ownsHandle: true);

    // Not as a file: the runtime refuses a handle that tells no file mode, as Wine's consoles do.
    private static void Write(SafeFileHandle screen, string text)
    {
        uint written;
        fixed (char* characters = text)
            _ = WriteConsole(screen, characters, (uint)text.Length, &written, null);
    }

    private static string Size(SafeFileHandle screen)
    {
        // CONSOLE_SCREEN_BUFFER_INFO: the window's left, top, right and bottom are its shorts 5 to 8.
        var information = stackalloc short[11];
        return GetScreen(screen, information) == 0 ? "unknown"
            : string.Create(CultureInfo.InvariantCulture, $"{information[7] - information[5] + 1}x{information[8] - information[6] + 1}");
    }

    [LibraryImport("kernel32", EntryPoint = "SetConsoleCtrlHandler", SetLastError = true)]
    private static partial int SetHandler(void* handler, int add);

    [LibraryImport("kernel32", EntryPoint = "FreeConsole", SetLastError = true)]
    private static partial int Free();

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "ReadConsoleW", SetLastError = true)]
    private static partial int ReadConsole(SafeFileHandle keys, char* room, uint length, uint* read, void* control);

    [LibraryImport("kernel32", EntryPoint = "WriteConsoleW", SetLastError = true)]
    private static partial int WriteConsole(SafeFileHandle screen, char* text, uint length, uint* written, void* reserved);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleScreenBufferInfo", SetLastError = true)]
    private static partial int GetScreen(SafeFileHandle screen, short* information);
}
