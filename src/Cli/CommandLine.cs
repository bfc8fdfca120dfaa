using System.CommandLine;

namespace ActorBrowser.Cli;

/// <summary>Defines and parses the command line.</summary>
internal static class CommandLine
{
    /// <summary>Creates all verbs with their options.</summary>
    internal static RootCommand Create()
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
              actorbrowser crawl --depth 2 -o out https://example.org/
              actorbrowser decode -o out --max 640x480 photo.jpg
              actorbrowser ping renderer -n 1000
              actorbrowser exec --timeout 10 -- make test
              actorbrowser exec --pty -- bash
              actorbrowser exec --scratch=try -- make
              actorbrowser scratch try --diff
              actorbrowser mcp --workspace .
              actorbrowser doctor --probe renderer
              actorbrowser demo
            """)
        {
            FetchCommand.Create(),
            BrowseCommand.Create(),
            TabsCommand.Create(),
            CrawlCommand.Create(),
            DecodeCommand.Create(),
            PingCommand.Create(),
            ExecCommand.Create(),
            ScratchCommand.Create(),
            SessionsCommand.Create(),
            McpCommand.Create(),
            ServeCommand.Create(),
            KeeperCommand.Create(),
            ServerVerbs.Ps(),
            ServerVerbs.Logs(),
            ServerVerbs.Attach(),
            ServerVerbs.Kill(),
            TopCommand.Create(),
            DoctorCommand.Create(),
            CrashesCommand.Create(),
            DemoCommand.Create(),
        };
        foreach (var option in root.Options.OfType<VersionOption>())
            option.Action = new VersionAction();

        // Arguments in brackets, or with a leading @, are ordinary text: no directives, no response files.
        root.Directives.Clear();
        return root;
    }

    /// <summary>Parses a command line.</summary>
    /// <returns>The verb to run, or the errors, one sentence each.</returns>
    internal static (ParseResult? Parsed, IReadOnlyList<string> Errors) Parse(string[] args)
    {
        var root = Create();
        if (OptionValues.Refuse(args, root) is { } refusal)
            return (null, [refusal]);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // Before the parser's own errors: it takes an unknown option for an argument, and then blames the argument after it.
        if (parsed.Action is not System.CommandLine.Help.HelpAction && OptionValues.RefuseUnknown(parsed, args) is { } unknown)
            return (null, [unknown]);
        // An argument that is not UTF-8 lost bytes in .NET's conversion: a verb would read a different text.
        if (parsed.Errors.Count == 0 && RawArguments.FirstLoss(args, args.Length - ExecCommand.CommandLengthOf(parsed)) is { } loss)
            return (null, [$"'{loss}' is not UTF-8. Only a command's arguments may be other bytes: exec [OPTION...] -- CMD ARG..."]);
        return (parsed, [.. parsed.Errors.Select(static error => error.Message)]);
    }

    internal static async Task<int> RunAsync(string[] args)
    {
        StandardOutput.Install();
        try
        {
            using var interruption = new Interruption();
            return await RunAsync(args, interruption).ConfigureAwait(false);
        }
        catch (Exception e) when (ProcessRoom.Describe(e) is not null)
        {
            await Complaint.WriteAsync(ProcessRoom.Describe(e)!).ConfigureAwait(false);
            return ExitCodes.Unavailable;
        }
    }

    private static async Task<int> RunAsync(string[] args, Interruption interruption)
    {
        var (result, errors) = Parse(args);
        if (result is null || errors.Count > 0)
        {
            foreach (var error in errors)
                await Complaint.WriteAsync(error).ConfigureAwait(false);
            var verb = args.Length > 0 && Create().Subcommands.Any(one => one.Name == args[0]) ? args[0] + " " : "";
            await Console.Error.WriteLineAsync($"Try 'actorbrowser {verb}--help'.").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        var exitCode = await InvokeAsync(result, interruption).ConfigureAwait(false);
        return StandardOutput.Failure is { } failure ? StandardOutput.ExitCodeOf(failure) : exitCode;
    }

    private static async Task<int> InvokeAsync(ParseResult command, Interruption interruption)
    {
        // Interruption handles signals: the library's handler would end the process before the children have stopped.
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        try
        {
            if (command.CommandResult.Command is not RootCommand && command.Action is not System.CommandLine.Help.HelpAction)
                _ = CliBrowser.LogLevel();
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
        catch (Exception e) when (e is ServerAbsentException or ServerSilentException or NoRoomException)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.Unavailable;
        }
        catch (ServerLostException e)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.ChildLost;
        }
        catch (ServerRefusedException e)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.CouldNotLoad;
        }
        catch (UsageException e)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            await Complaint.WriteAsync(Complaint.ReasonOf(e)).ConfigureAwait(false);
            return ExitCodes.CouldNotLoad;
        }
        catch (Exception e) when (ProcessRoom.Describe(e) is null)
        {
            // A defect. The children have stopped by now; a bug report needs the exception's location.
            await Complaint.WriteAsync($"internal error, please report it: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}").ConfigureAwait(false);
            return ExitCodes.Internal;
        }
    }
}
