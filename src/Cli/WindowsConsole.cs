using System.Text;

namespace ActorBrowser.Cli;

/// <summary>Text on Windows is UTF-8, for a file or a pipe as for a console, which gets its own code page back at the end.</summary>
internal sealed class WindowsConsole : IDisposable
{
    private readonly Encoding? _before;

    private WindowsConsole()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected)
            return;
        _before = Console.OutputEncoding;
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    }

    /// <summary>Sets the encoding on Windows; does nothing elsewhere.</summary>
    internal static IDisposable? Prepare() => OperatingSystem.IsWindows() ? new WindowsConsole() : null;

    public void Dispose()
    {
        if (_before is not null)
            Console.OutputEncoding = _before;
    }
}
