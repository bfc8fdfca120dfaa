using System.Runtime.InteropServices;

namespace ActorBrowser.Cli;

/// <summary>The command line or the environment is invalid: exit code 2.</summary>
/// <param name="message">One sentence.</param>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Writes a failure to stderr: one line, with this program's or the system's message.</summary>
internal static class Complaint
{
    private const int NotFound = 2;
    private const int WouldBlock = 11;
    private const int Denied = 13;
    private const int NameTooLong = 36;
    private const int MostErrno = 4095;

    /// <summary>Writes a sentence as one line.</summary>
    internal static Task WriteAsync(string sentence) => Console.Error.WriteLineAsync($"actorbrowser: {VisibleText.Line(sentence)}");

    /// <inheritdoc cref="WriteAsync"/>
    internal static void Write(string sentence) => Console.Error.WriteLine($"actorbrowser: {VisibleText.Line(sentence)}");

    /// <summary>Returns why a file could not be used: the system's message, if .NET kept it.</summary>
    internal static string ReasonOf(Exception failure)
    {
        if (OperatingSystem.IsWindows())
            return failure.Message;
        return failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => Text(NotFound),
            PathTooLongException => Text(NameTooLong),
            UnauthorizedAccessException => Text(failure.InnerException is IOException { HResult: > 0 and <= MostErrno and var errno } ? errno : Denied),
            // Not an error of open(2): .NET locks each file that it opens.
            IOException { HResult: WouldBlock } => "Another program has locked it",
            IOException { HResult: > 0 and <= MostErrno and var errno } => Text(errno),
            // An empty name: the only name that .NET itself refuses.
            ArgumentException => Text(NotFound),
            _ => failure.Message,
        };
    }

    /// <summary>Whether opening, reading or writing a file by its name can fail with this exception.</summary>
    internal static bool IsOfFile(Exception failure) => failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
