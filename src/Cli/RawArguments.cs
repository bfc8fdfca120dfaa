using System.Text;
using System.Text.Unicode;

namespace ActorBrowser.Cli;

/// <summary>Arguments as they were given, byte for byte: .NET makes text of them, and what is no UTF-8 is lost in that.</summary>
internal static class RawArguments
{
    /// <summary>The arguments of a command.</summary>
    /// <param name="arguments">As text; the last ones of this process, where one of them may have lost something.</param>
    /// <exception cref="FormatException">One may have lost something, and they are not the last ones.</exception>
    internal static IReadOnlyList<CommandText> Of(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Any(IsDoubtful))
            return [.. arguments.Select(CommandText.FromString)];
        var given = Given(arguments.Length);
        var same = given.Length == arguments.Length
            && given.Zip(arguments).All(static pair => IsDoubtful(pair.Second) || Encoding.UTF8.GetString(pair.First.Span) == pair.Second);
        return same
            ? [.. given.Select(CommandText.FromBytes)]
            : throw new FormatException("An argument that is no UTF-8 is understood only after all options: exec [OPTION...] -- CMD ARG...");
    }

    /// <summary>An argument that is no UTF-8, so that its text is another one; null when there is none.</summary>
    /// <param name="arguments">All of this process.</param>
    /// <param name="count">How many of them, from the first on, are used as text.</param>
    internal static string? FirstLoss(string[] arguments, int count)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Take(count).Any(IsDoubtful))
            return null;
        // U+FFFD itself may be given.
        var lost = Array.FindIndex(Given(arguments.Length), 0, count, static bytes => !Utf8.IsValid(bytes.Span));
        return lost < 0 ? null : arguments[lost];
    }

    /// <summary>Whether a text may once have been other bytes.</summary>
    internal static bool IsDoubtful(string text) => text.Contains('\uFFFD', StringComparison.Ordinal);

    private static ReadOnlyMemory<byte>[] Given(int count) => [.. Split(File.ReadAllBytes("/proc/self/cmdline")).TakeLast(count)];

    private static List<ReadOnlyMemory<byte>> Split(byte[] terminated)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        for (var start = 0; start < terminated.Length;)
        {
            var length = terminated.AsSpan(start).IndexOf((byte)0);
            parts.Add(terminated.AsMemory(start, length));
            start += length + 1;
        }
        return parts;
    }
}
