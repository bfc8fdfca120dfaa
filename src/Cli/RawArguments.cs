using System.Text;
using System.Text.Unicode;

namespace ActorBrowser.Cli;

/// <summary>Reads arguments as bytes: .NET converts them to text, and loses bytes that are not UTF-8.</summary>
internal static class RawArguments
{
    /// <summary>The arguments of a command.</summary>
    /// <param name="arguments">The arguments as text; if one may have lost bytes, they must be the last arguments of this process.</param>
    /// <exception cref="FormatException">An argument may have lost bytes, and they are not the last ones.</exception>
    internal static IReadOnlyList<CommandText> Of(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Any(IsDoubtful))
            return [.. arguments.Select(CommandText.FromString)];
        var given = Given(arguments.Length);
        var same = given.Length == arguments.Length
            && given.Zip(arguments).All(static pair => IsDoubtful(pair.Second) || Encoding.UTF8.GetString(pair.First.Span) == pair.Second);
        return same
            ? [.. given.Select(CommandText.FromBytes)]
            : throw new FormatException("An argument that is not UTF-8 must come after all options: exec [OPTION...] -- CMD ARG...");
    }

    /// <summary>The first argument that is not UTF-8, so that its text differs from its bytes; null for none.</summary>
    /// <param name="arguments">All arguments of this process.</param>
    /// <param name="count">How many of them, from the first, are used as text.</param>
    internal static string? FirstLoss(string[] arguments, int count)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Take(count).Any(IsDoubtful))
            return null;
        // U+FFFD is also a valid character of an argument.
        var lost = Array.FindIndex(Given(arguments.Length), 0, count, static bytes => !Utf8.IsValid(bytes.Span));
        return lost < 0 ? null : arguments[lost];
    }

    /// <summary>Whether a text may have lost bytes.</summary>
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
