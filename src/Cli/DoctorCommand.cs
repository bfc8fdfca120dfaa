using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Configuration;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary><c>doctor</c>: reports the layers that this machine offers, the confinement of each role, and whether it holds.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static Command Create()
    {
        var json = Options.Flag("print JSON instead of tables", "--json");
        var probe = new Option<string?>("--probe") { Description = "attack the sandbox from inside a child of this role or profile, or of all", HelpName = "ROLE|all" };
        var inside = new Option<string?>("--inside") { Description = "with --probe: also attack from inside the sandbox of PROGRAM, such as a script that ends in: exec bwrap … actorbrowser \"$@\"", HelpName = "PROGRAM" };
        var attempt = new Option<string?>("--attempt") { Description = "make the attempts of --inside in this process, and print each outcome", HelpName = "TARGETS", Hidden = true };
        var filter = new Option<string?>("--show-filter") { Description = "print the system call filter of this role or profile", HelpName = "ROLE" };
        var trace = new Option<string?>("--trace") { Description = "run this role or command profile, refuse no call, and print the calls it would refuse", HelpName = "ROLE" };
        var self = Options.Flag("use once, in this program, every Akka feature that the configuration can name", "--self-test");
        var work = new Argument<string[]>("WORK") { Description = "with --trace: URLs for network, a command after -- for a command profile", Arity = ArgumentArity.ZeroOrMore };
        var hide = new Option<string[]>("--without") { Description = "behave as if this layer were missing; may be repeated", HelpName = "LAYER", AllowMultipleArgumentsPerToken = false };
        var command = new Command("doctor",
            """
            Reports the layers that this machine offers for confining children, each tested by using it, and those that each role gets.

            Exit codes:
              0  every profile is available, and every protection held
              1  a required layer is missing, a protection did not hold, or a feature failed
            """)
        {
            work, json, probe, inside, filter, trace, hide, self, attempt,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!OperatingSystem.IsLinux() && (parsed.GetValue(attempt) ?? parsed.GetValue(probe) ?? parsed.GetValue(trace) ?? parsed.GetValue(inside)) is not null)
                return await RefuseAsync("--probe, --inside and --trace make and watch system calls of Linux; elsewhere there are no attempts to make").ConfigureAwait(false);
            if (parsed.GetValue(attempt) is { } targets)
                return InsideAttempts.Make(targets);
            if (parsed.GetValue(self))
                return await SelfTest.RunAsync(Console.Out).ConfigureAwait(false) == 0 ? ExitCodes.Success : 1;
            SandboxSettings settings;
            string hidden;
            try
            {
                hidden = $"actorbrowser.sandbox.hide-layers = [{string.Join(",", (parsed.GetValue(hide) ?? []).Select(Hocon.Quote))}]";
                settings = ActorBrowserSettings.From(ConfigurationFactory.ParseString(hidden)).Sandbox;
            }
            catch (ConfigurationException e)
            {
                return await RefuseAsync(e.Message).ConfigureAwait(false);
            }
            var asJson = parsed.GetValue(json);
            if (parsed.GetValue(filter) is { } shown)
                return await (Find(settings, shown) is { } policy ? ShowFilterAsync(policy) : RefuseAsync(Unknown(settings, shown))).ConfigureAwait(false);
            if (parsed.GetValue(probe) is { } probed)
            {
                var policies = probed == "all" ? [.. settings.Profiles] : Find(settings, probed) is { } one ? new[] { one } : [];
                return await (policies.Length > 0 ? ProbeReport.RunAsync(policies, new ProbeReport.Surroundings(settings.Machine, hidden), parsed.GetValue(inside), asJson, cancellation) : RefuseAsync(Unknown(settings, probed))).ConfigureAwait(false);
            }
            if (parsed.GetValue(trace) is { } traced)
                return await (Find(settings, traced) is { } watched ? TraceReport.RunAsync(watched, parsed.GetValue(work) ?? [], asJson, cancellation) : RefuseAsync(Unknown(settings, traced))).ConfigureAwait(false);
            return asJson ? await JsonAsync(settings).ConfigureAwait(false) : ShowTables(settings);
        });
        return command;
    }

    /// <summary>Returns the policy of a role, or of a profile with that name.</summary>
    internal static SandboxPolicy? Find(SandboxSettings settings, string name) =>
        settings.Find(name) ?? (settings.Roles.Contains(name) ? settings.ProfileOf(name) : null);

    private static string Unknown(SandboxSettings settings, string name) =>
        $"'{name}' is not a role or profile; they are {string.Join(", ", settings.Profiles.Select(static policy => policy.Name).Union(settings.Roles).Order(StringComparer.Ordinal))}";

    private static async Task<int> RefuseAsync(string message)
    {
        await Complaint.WriteAsync(message).ConfigureAwait(false);
        return ExitCodes.Usage;
    }

    private static async Task<int> ShowFilterAsync(SandboxPolicy policy)
    {
        if (!OperatingSystem.IsLinux())
            return await RefuseAsync("system call filters exist only on Linux").ConfigureAwait(false);
        var native = ChildExecutable.Current.IsNative;
        var filter = PolicyFilter.Build(policy, SystemCallTable.Current, Machine.Current.CanReport, native);
        var lines = new List<string>
        {
            $"# {policy.Name}: {policy.Description}",
            $"# {(native ? "native" : "JIT")} child: {Count(PolicyFilter.Allowed(policy, native))} system calls; a {(native ? "JIT" : "native")} child: {Count(PolicyFilter.Allowed(policy, !native))}",
            $"# {filter.Program.Count} instructions for {filter.Table.Architecture}; a call that no line allows is refused and reported",
        };
        if (native)
            lines.Add($"# before it is ready: {Count(StartFilter.Names(policy))}, by a separate filter from its first instruction on");
        foreach (var line in (string[])[.. lines, .. FilterListing.Of(filter)])
            await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static int Count(IEnumerable<string> names) => names.Count(static name => SystemCallTable.Current.TryGetNumber(name, out _));

    private static (SandboxPolicy Policy, LaunchPlan? Plan, string? Refusal)[] Plans(SandboxSettings settings) =>
    [
        .. settings.Profiles.Select(policy =>
        {
            try
            {
                return (policy, (LaunchPlan?)LaunchPlan.Create(policy.WithoutWorkspace(), ChildExecutable.Current, settings.Machine), (string?)null);
            }
            catch (LaunchException e)
            {
                return (policy, null, e.Message);
            }
        }),
    ];

    private static int ShowTables(SandboxSettings settings)
    {
        var programs = new ChildPrograms(ChildPrograms.Auto);
        Tables.Console.MarkupLine(Tables.Cell($"{programs.Sentence}."));
        var offers = settings.Machine.Offers();
        var machine = new Table().Title("This machine").Border(TableBorder.Rounded).AddColumn("layer", static column => column.NoWrap()).AddColumns("here", "what was seen", "how to fix it");
        foreach (var offer in offers)
            machine.AddRow(LayerNames.Of(offer.Layer), offer.Available ? "[green]yes[/]" : "[red]no[/]", Tables.Cell(offer.Detail), Tables.Cell(offer.Fix));
        Tables.Console.Write(machine);

        var plans = Plans(settings);
        var roles = new Table().Title("The profiles on this machine").Border(TableBorder.Rounded).AddColumn("profile", static column => column.NoWrap())
            .AddColumns("role", "may", "required", "preferred, missing", "limits");
        foreach (var (policy, plan, refusal) in plans)
        {
            roles.AddRow(
                policy.Name, Tables.Cell(string.Join(", ", settings.RolesOf(policy).Select(static role => role == CommandRunnerContract.Name ? $"{role} without a command" : role))), Tables.Cell(May(policy)),
                refusal is null ? "[green]all there[/]" : Tables.Cell(refusal, "red"),
                plan is null ? "" : plan.Missing.Count == 0 ? "[green]nothing[/]" : Tables.Cell(MissingOf(plan, offers), "yellow"),
                Tables.Cell(Limits(InForce(policy.Limits, offers))));
        }
        Tables.Console.Write(roles);
        if (OperatingSystem.IsWindows())
            Tables.Console.MarkupLine(Tables.Cell("GIF, BMP and ICO images are decoded; PNG, JPEG and WebP are not on Windows. --probe makes attempts of Linux only."));
        else
            ShowLibraries();
        return Array.TrueForAll(plans, static one => one.Plan is not null) ? ExitCodes.Success : 1;
    }

    private static void ShowLibraries()
    {
        var libraries = new Table().Title("Image libraries").Border(TableBorder.Rounded).AddColumns("library", "here", "how to fix it");
        foreach (var library in CodecLibrary.All)
            libraries.AddRow(library.File, library.IsInstalled ? "[green]yes[/]" : "[yellow]no[/]", library.IsInstalled ? "" : $"install the Debian package {library.Package}");
        Tables.Console.Write(libraries);
        Tables.Console.MarkupLine("Attack it yourself: [bold]actorbrowser doctor --probe all[/]");
    }

    // What a profile allows of files, network and programs is held by layers of Linux alone for commands, and on Windows by the container for others.
    private static string May(SandboxPolicy policy) => !OperatingSystem.IsWindows() ? policy.Description
        : policy.MayExecute ? $"whatever this user may; on Linux: {policy.Description}" : $"on Linux, or in an AppContainer: {policy.Description}";

    // The layers' names only, where the first table says the same of them.
    private static string MissingOf(LaunchPlan plan, IReadOnlyList<LayerOffer> offers) => string.Join("; ", plan.Missing.Select(missing =>
        offers.FirstOrDefault(offer => LayerNames.Of(offer.Layer) == missing.Layer) is { Available: false } offer && missing.Sentence.Contains(offer.Detail, StringComparison.Ordinal) ? missing.Layer : missing.Sentence));

    // A job has no limit of descriptors, and none at all where job-limits is missing.
    private static SandboxLimits InForce(SandboxLimits limits, IReadOnlyList<LayerOffer> offers) => !OperatingSystem.IsWindows() ? limits
        : offers.Any(static offer => offer is { Layer: SandboxLayer.JobLimits, Available: true }) ? limits with { Descriptors = 0 } : new SandboxLimits { Output = limits.Output };

    private static string Limits(SandboxLimits limits)
    {
        var parts = new List<string>();
        if (limits.Memory > 0)
            parts.Add($"{limits.Memory >> 20} MiB memory");
        if (limits.Processes > 0)
            parts.Add($"{limits.Processes} threads");
        if (limits.Descriptors > 0)
            parts.Add($"{limits.Descriptors} descriptors");
        if (limits.ProcessorTime > 0)
            parts.Add($"{limits.ProcessorTime} s processor time");
        if (limits.Output > 0)
            parts.Add($"{limits.Output >> 20} MiB output");
        return string.Join(", ", parts);
    }

    private static async Task<int> JsonAsync(SandboxSettings settings)
    {
        var plans = Plans(settings);
        var programs = new ChildPrograms(ChildPrograms.Auto);
        var report = new JsonObject
        {
            ["children"] = new JsonObject { ["image"] = programs.ImageOf(RendererContract.Name).ToString(), ["why"] = programs.Sentence },
            ["layers"] = new JsonArray([.. settings.Machine.Offers().Select(static offer => (JsonNode)new JsonObject
            {
                ["layer"] = LayerNames.Of(offer.Layer), ["available"] = offer.Available, ["detail"] = offer.Detail, ["fix"] = offer.Fix,
            })]),
            ["libraries"] = new JsonArray([.. CodecLibrary.All.Select(static library => (JsonNode)new JsonObject
            {
                ["library"] = library.File, ["installed"] = library.IsInstalled, ["package"] = library.Package,
            })]),
            ["profiles"] = new JsonArray([.. plans.Select(one => (JsonNode)new JsonObject
            {
                ["profile"] = one.Policy.Name,
                ["roles"] = new JsonArray([.. settings.RolesOf(one.Policy).Select(static role => (JsonNode)role)]),
                ["description"] = one.Policy.Description,
                ["available"] = one.Plan is not null,
                ["refusal"] = one.Refusal,
                ["required"] = new JsonArray([.. one.Policy.Required.Where(LayerNames.IsForThisSystem).Select(static layer => (JsonNode)LayerNames.Of(layer))]),
                ["preferred"] = new JsonArray([.. one.Policy.Preferred.Where(LayerNames.IsForThisSystem).Select(static layer => (JsonNode)LayerNames.Of(layer))]),
                ["missing"] = new JsonArray([.. (one.Plan?.Missing ?? []).Select(static missing => (JsonNode)missing.Sentence)]),
                ["system_calls"] = new JsonArray([.. one.Policy.SystemCalls.Select(static name => (JsonNode)name)]),
            })]),
        };
        await Console.Out.WriteLineAsync(report.ToJsonString(Indented)).ConfigureAwait(false);
        return Array.TrueForAll(plans, static one => one.Plan is not null) ? ExitCodes.Success : 1;
    }
}
