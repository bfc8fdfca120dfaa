using System.CommandLine;
using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary><c>scratch</c>: lists, shows, applies and discards what commands of <c>exec --scratch</c> have changed.</summary>
internal static class ScratchCommand
{
    internal static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "the scratch; without one, all are listed", Arity = ArgumentArity.ZeroOrOne };
        var diff = Options.Flag("print its changes as a unified diff", "--diff");
        var apply = Options.Flag("make its changes in the folder, all or none, and remove it", "--apply");
        var discard = Options.Flag("remove it; the folder stays as it is", "--discard");
        var command = new Command("scratch",
            """
            Shows what a command of exec --scratch=NAME has changed, applies it to the folder, or discards it. Without an option
            it lists the changed names.

            Exit codes: 0; 1 if it was not applied or there is no such scratch; 2 if the command line is wrong.
            """)
        { name, diff, apply, discard };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(name), parsed.GetValue(diff), parsed.GetValue(apply), parsed.GetValue(discard)));
        return command;
    }

    private static async Task<int> RunAsync(string? name, bool diff, bool apply, bool discard)
    {
        if ((diff ? 1 : 0) + (apply ? 1 : 0) + (discard ? 1 : 0) is var actions && (actions > 1 || (actions == 1 && name is null)))
            throw new UsageException(name is null ? "--diff, --apply and --discard need the scratch's name." : "--diff, --apply and --discard exclude each other.");
        if (!OperatingSystem.IsLinux())
            throw new UsageException("scratch needs Linux.");
        try
        {
            if (name is null)
                return await ListAsync().ConfigureAwait(false);
            var scratch = Scratch.Find(name);
            if (discard)
                scratch.Discard();
            else if (diff)
                await Console.Out.WriteAsync(await scratch.DiffAsync().ConfigureAwait(false)).ConfigureAwait(false);
            else
                await ShowAsync(apply ? await scratch.ApplyAsync().ConfigureAwait(false) : await scratch.ChangesAsync().ConfigureAwait(false)).ConfigureAwait(false);
            return ExitCodes.Success;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
        }
        catch (ScratchConflictException e)
        {
            foreach (var conflict in e.Conflicts)
                await Complaint.WriteAsync($"{conflict.Path}: {conflict.Obstacle}").ConfigureAwait(false);
            await Complaint.WriteAsync("nothing was applied").ConfigureAwait(false);
            return ExitCodes.CouldNotLoad;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.CouldNotLoad;
        }
    }

    private static async Task<int> ListAsync()
    {
        foreach (var scratch in Scratch.List())
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{scratch.Name}\t{scratch.CreatedAt:yyyy-MM-dd HH:mm:ss}Z\t{scratch.Workspace}")).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task ShowAsync(IReadOnlyList<ScratchChange> changes)
    {
        foreach (var change in changes)
        {
            var sign = change.Kind switch { ScratchChangeKind.Added => 'A', ScratchChangeKind.Deleted => 'D', ScratchChangeKind.ModeChanged => 'X', _ => 'M' };
            // A name may hold a line break.
            await Console.Out.WriteLineAsync($"{sign} {VisibleText.Line(change.Path)}{(change.FileKind == ScratchFileKind.Folder ? "/" : "")}{(change.Obstacle is { } obstacle ? $" [{obstacle}]" : "")}").ConfigureAwait(false);
        }
    }
}
