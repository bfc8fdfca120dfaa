using System.Text;

namespace ActorBrowser.Interop;

/// <summary>Builds the one text that a Windows program gets instead of arguments.</summary>
internal static class WindowsCommandLine
{
    /// <summary>The longest command line that CreateProcess takes, in characters, with its NUL.</summary>
    internal const int Longest = 32_767;

    /// <summary>The longest command line that cmd.exe takes, in characters; of a longer one it does nothing, or a part.</summary>
    internal const int LongestOfShell = 8191;

    /// <summary>Quotes arguments so that CommandLineToArgvW, and the C runtime, give them back.</summary>
    /// <param name="program">The program's name, which cannot contain a quote.</param>
    /// <param name="arguments">The arguments after it.</param>
    internal static string Of(string program, IReadOnlyList<string> arguments)
    {
        var line = new StringBuilder().Append('"').Append(program).Append('"');
        foreach (var argument in arguments)
            Append(line.Append(' '), argument);
        return line.ToString();
    }

    /// <summary>
    /// The command line of a batch file. cmd.exe reads it before the file does, and has no quoting that every text survives: a text
    /// with a character that cmd.exe would act on is refused. This holds for that reading alone: what the batch file does with its
    /// arguments is its own, and <c>%~1</c> takes the quotes away, so that <c>a&amp;b</c> is two commands in a line that has it unquoted.
    /// </summary>
    /// <param name="shell">The path of cmd.exe.</param>
    /// <param name="file">The batch file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="problem">The first argument that cannot be passed; null if all can.</param>
    internal static string OfBatch(string shell, string file, IReadOnlyList<string> arguments, out string? problem)
    {
        problem = null;
        foreach (var argument in arguments.Prepend(file))
        {
            if (argument.AsSpan().IndexOfAny("\"%!\r\n") >= 0 || argument.EndsWith('\\'))
                problem ??= argument;
        }
        var line = new StringBuilder().Append('"').Append(shell).Append("\" /d /v:off /s /c \"\"").Append(file).Append('"');
        foreach (var argument in arguments)
            line.Append(" \"").Append(argument).Append('"');
        return line.Append('"').ToString();
    }

    /// <summary>Whether a name ends in blanks or dots: Windows opens the file without them, so they would hide its extension.</summary>
    internal static bool HasHiddenEnd(string name) => name is [.., ' ' or '.'];

    /// <summary>Whether a file's name, as Windows reads it, is that of a batch file: CreateProcess would give it to cmd.exe.</summary>
    internal static bool IsBatch(string file)
    {
        var name = file.AsSpan().TrimEnd(" .");
        return name.EndsWith(".bat", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The command line of cmd.exe. With /s it takes all after /c as it is, between the first and the last quote; both may be in one argument, as /s/c.</summary>
    /// <param name="shell">The path of cmd.exe.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static string OfShell(string shell, IReadOnlyList<string> arguments)
    {
        var takesAll = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('/'))
                continue;
            var switches = arguments[i].Split('/');
            for (var j = 1; j < switches.Length; j++)
            {
                takesAll |= switches[j].Equals("s", StringComparison.OrdinalIgnoreCase);
                // Only their letter counts: the rest, and all after it, is the line to run.
                if (switches[j] is not ['c' or 'C' or 'k' or 'K' or 'r' or 'R', ..])
                    continue;
                return takesAll && j == switches.Length - 1 && switches[j].Equals("c", StringComparison.OrdinalIgnoreCase)
                    ? $"{Of(shell, [.. arguments.Take(i + 1)])} \"{string.Join(' ', arguments.Skip(i + 1))}\""
                    : Of(shell, arguments);
            }
        }
        return Of(shell, arguments);
    }

    private static void Append(StringBuilder line, string argument)
    {
        if (argument.Length > 0 && argument.AsSpan().IndexOfAny(" \t\n\v\"") < 0)
        {
            line.Append(argument);
            return;
        }
        line.Append('"');
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '"')
                line.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            line.Append(c);
        }
        line.Append('\\', backslashes).Append('"');
    }
}
