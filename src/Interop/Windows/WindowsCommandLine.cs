using System.Text;

namespace ActorBrowser.Interop;

/// <summary>Builds the one text that a Windows program gets instead of arguments.</summary>
internal static class WindowsCommandLine
{
    /// <summary>The longest command line that CreateProcess takes, in characters, with its NUL.</summary>
    internal const int Longest = 32_767;

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
    /// with a character that cmd.exe would act on is refused.
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
