using System.CommandLine;

namespace ActorBrowser.Cli;

/// <summary>Refuses arguments that the option parser would silently misread.</summary>
internal static class OptionValues
{
    private static readonly char[] s_separators = ['=', ':'];

    /// <summary>Returns why a command line is refused; null if the parser reads it correctly.</summary>
    internal static string? Refuse(string[] arguments, Command root)
    {
        // The parser skips it as a directive, even without any directives.
        if (arguments is [['[', .., ']'] directive, ..])
            return $"'{directive}' is not a verb.";
        Command command = root;
        foreach (var argument in arguments.TakeWhile(static argument => argument != "--"))
        {
            if (command == root && root.Subcommands.FirstOrDefault(verb => verb.Name == argument) is { } verb)
                command = verb;
            else if (argument is ['-', ..] && argument.IndexOfAny(s_separators) is > 0 and var end && IsFlag(argument[..end], command, root))
                return $"{argument[..end]} takes no value, but '{argument[(end + 1)..]}' was given.";
        }
        return null;
    }

    private static bool IsFlag(string name, Command command, Command root) =>
        command.Options.Concat(root.Options).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name)) is { Arity.MaximumNumberOfValues: 0 };
}
