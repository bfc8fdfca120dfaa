using System.CommandLine;

namespace ActorBrowser.Cli;

/// <summary>The command's verbs.</summary>
internal static class CommandLine
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            """
            A browser's process model at the command line: risky work runs in sandboxed child processes.

            Examples:
              actorbrowser fetch https://example.org/
              actorbrowser fetch --json --parallel 8 http://127.0.0.1:8080/a http://127.0.0.1:8080/b
              actorbrowser browse https://example.org/
              actorbrowser browse --links https://example.org/
              actorbrowser tabs https://example.org/ https://example.net/
              actorbrowser decode -o out --max 640x480 photo.jpg
              actorbrowser ping renderer -n 1000
              actorbrowser exec --timeout 10 -- make test
              actorbrowser exec --pty -- bash
              actorbrowser doctor --probe renderer
              actorbrowser demo
            """)
        {
            FetchCommand.Create(),
            BrowseCommand.Create(),
            TabsCommand.Create(),
            DecodeCommand.Create(),
            PingCommand.Create(),
            ExecCommand.Create(),
            SessionsCommand.Create(),
            DoctorCommand.Create(),
            CrashesCommand.Create(),
            DemoCommand.Create(),
        };
        foreach (var option in root.Options.OfType<VersionOption>())
            option.Action = new VersionAction();

        // Texts in brackets and texts that begin with @ are the user's: no directive and no response file takes them.
        root.Directives.Clear();
        var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null };

        StandardOutput.Install();
        if (Console.IsOutputRedirected)
        {
            // A file or a program reads it: no colours, and lines as long as the tables want them.
            Spectre.Console.AnsiConsole.Profile.Capabilities.Ansi = false;
            Spectre.Console.AnsiConsole.Profile.Width = 200;
        }
        using var interruption = new Interruption();
        var result = root.Parse(args, parsing);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
                await Console.Error.WriteLineAsync($"actorbrowser: {error.Message}").ConfigureAwait(false);
            await Console.Error.WriteLineAsync("Try 'actorbrowser --help'.").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        var exitCode = await InvokeAsync(result, interruption).ConfigureAwait(false);
        return StandardOutput.Failure is { } failure ? StandardOutput.ExitCodeOf(failure) : exitCode;
    }

    private static async Task<int> InvokeAsync(ParseResult command, Interruption interruption)
    {
        // Signals are ours: the library's own handler would end the process before the children have been stopped.
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        try
        {
            return await command.InvokeAsync(configuration, interruption.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            return interruption.ExitCode;
        }
        catch (Exception) when (StandardOutput.Failure is not null)
        {
            return ExitCodes.WriteError;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync($"actorbrowser: {e.Message}").ConfigureAwait(false);
            return ExitCodes.CouldNotLoad;
        }
    }
}
