using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Passes every key of this process's console as it is pressed, and shows escape sequences, until disposed. Never run: Wine's runs have no console.</summary>
internal sealed unsafe partial class WindowsRawMode : IDisposable
{
    private const uint StandardInput = unchecked((uint)-10);
    private const uint StandardOutput = unchecked((uint)-11);
    // ENABLE_PROCESSED_INPUT, ENABLE_LINE_INPUT, ENABLE_ECHO_INPUT.
    private const uint Cooked = 0x1 | 0x2 | 0x4;
    private const uint KeysAsSequences = 0x200;
    // ENABLE_PROCESSED_OUTPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, DISABLE_NEWLINE_AUTO_RETURN.
    private const uint ShowsSequences = 0x1 | 0x4 | 0x8;

    private readonly nint _input;
    private readonly uint _inputBefore;
    private readonly nint _output;
    private readonly uint? _outputBefore;
    private int _done;

    private WindowsRawMode(nint input, uint inputBefore, nint output, uint? outputBefore) =>
        (_input, _inputBefore, _output, _outputBefore) = (input, inputBefore, output, outputBefore);

    /// <summary>Enters the mode.</summary>
    /// <returns>Null if the standard input is no console.</returns>
    internal static WindowsRawMode? TryEnter()
    {
        var (input, output) = (GetHandle(StandardInput), GetHandle(StandardOutput));
        uint before, shown;
        if (GetMode(input, &before) == 0 || SetMode(input, (before & ~Cooked) | KeysAsSequences) == 0)
            return null;
        uint? outputBefore = GetMode(output, &shown) != 0 && SetMode(output, shown | ShowsSequences) != 0 ? shown : null;
        return new WindowsRawMode(input, before, output, outputBefore);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _done, 1) != 0)
            return;
        _ = SetMode(_input, _inputBefore);
        if (_outputBefore is { } shown)
            _ = SetMode(_output, shown);
    }

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    private static partial nint GetHandle(uint which);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleMode")]
    private static partial int GetMode(nint console, uint* mode);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleMode")]
    private static partial int SetMode(nint console, uint mode);
}
