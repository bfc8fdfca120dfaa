using System.Text;

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
        var given = Split(File.ReadAllBytes("/proc/self/cmdline")).TakeLast(arguments.Length).ToArray();
        var same = given.Length == arguments.Length
            && given.Zip(arguments).All(static pair => IsDoubtful(pair.Second) || Encoding.UTF8.GetString(pair.First.Span) == pair.Second);
        return same
            ? [.. given.Select(CommandText.FromBytes)]
            : throw new FormatException("An argument that is no UTF-8 is understood only after all options: exec [OPTION...] -- CMD ARG...");
    }

    private static bool IsDoubtful(string text) => text.Contains('\uFFFD', StringComparison.Ordinal);

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
