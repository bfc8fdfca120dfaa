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

    /// <summary>Returns why a command line is refused that has an option which its verb does not know; null if all are known.</summary>
    /// <remarks>The option parser takes it for an argument. After <c>--</c>, it is one; a lone hyphen always is.</remarks>
    internal static string? RefuseUnknown(ParseResult parsed, string[] arguments)
    {
        var command = parsed.CommandResult.Command;
        var taken = command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens.Select(static token => token.Value) ?? []).Concat(parsed.UnmatchedTokens).ToArray();
        var separator = Array.IndexOf(arguments, "--");
        var options = taken.Take(separator < 0 ? taken.Length : taken.Length - (arguments.Length - separator - 1));
        // The program of exec has its own options, and so may a verb that does not exist.
        var all = command is not RootCommand && command.Name != ExecCommand.Name;
        if ((all ? options : options.Take(1)).FirstOrDefault(static text => text is ['-', _, ..]) is not { } unknown)
            return null;
        return command switch
        {
            RootCommand => $"actorbrowser has no option '{unknown}'.",
            { Name: ExecCommand.Name } => $"exec has no option '{unknown}'. A program of that name comes after --: exec [OPTION...] -- CMD ARG...",
            { Arguments: [var argument] } => $"{command.Name} has no option '{unknown}'. An argument that begins with - comes after --: {command.Name} [OPTION...] -- {argument.Name}",
            _ => $"{command.Name} has no option '{unknown}'.",
        };
    }

    private static bool IsFlag(string name, Command command, Command root) =>
        command.Options.Concat(root.Options).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name)) is { Arity.MaximumNumberOfValues: 0 };
}
