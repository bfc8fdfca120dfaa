using System.Globalization;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>Attempts by commands to get more than they were granted through their folder, their home, their end and each other. A command that exits with 0 succeeded in its attempt.</summary>
internal sealed class CommandAttempts(CliBrowser browser, ProbeRange range, CancellationToken cancellation)
{
    private const string WriteHere = "echo x > .actorbrowser-probe && rm .actorbrowser-probe";

    private const string ReadHome = """
        for f in .ssh .aws .azure .gnupg .netrc .npmrc .pypirc .kube .config/gh .config/gcloud .docker/config.json .git-credentials .bash_history .mozilla .config/google-chrome .local/share/keyrings
        do [ -e ~/$f ] && exit 0; done; exit 1
        """;

    private const string ReadSecrets = """
        for f in .ssh .aws .azure .gnupg .netrc .npmrc .pypirc .kube .config/gh .config/gcloud .docker/config.json .git-credentials .bash_history .mozilla .config/google-chrome .local/share/keyrings
        do ls -A ~/$f/ > /dev/null 2>&1 && exit 0; head -c 1 ~/$f > /dev/null 2>&1 && exit 0; done; exit 1
        """;

    private const string MachineFacts = "for f in slabinfo timer_list vmallocinfo; do [ \"$(head -c 1 /proc/$f 2> /dev/null | wc -c)\" != 0 ] && exit 0; done; exit 1";

    private static readonly string AllSignals = string.Create(CultureInfo.InvariantCulture, $"bash -c '[ $(ulimit -Hi) = unlimited ] || [ $(ulimit -Hi) -ge {ProcessLimits.Get(ProcessLimit.PendingSignals).Hard} ]'");

    /// <summary>Every attempt: its name, what holds if it fails, and whether it succeeded.</summary>
    internal static IReadOnlyList<(string Name, string Protection, Func<CommandAttempts, string?, Task<bool>> TryAsync)> All { get; } =
    [
        ("folder-by-link", "a command that starts in a link cannot write to its target", static (self, profile) => self.SucceedsAsync(profile, self.Link, WriteHere)),
        ("folder-by-proc", "a command that starts below /proc/self/root cannot write there", static (self, profile) => self.SucceedsAsync(profile, "/proc/self/root" + self.Folder, WriteHere)),
        ("folder-of-system", "a command that starts in /etc sees none of its secrets", static (self, profile) => self.SucceedsAsync(profile, "/etc", "[ -e /etc/pam.d ] || [ -e /etc/shadow ] || [ -e /etc/passwd- ]")),
        ("folder-is-home", "a command that starts in the home sees none of its secrets", static (self, profile) => self.SucceedsAsync(profile, PolicyPaths.Home ?? "/", ReadHome)),
        ("home", "a command sees none of the home's keys, histories and profiles", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, ReadHome)),
        ("home-read", "a command reads none of them", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, ReadSecrets)),
        ("folder-home-read", "a command that starts in the home reads none of them", static (self, profile) => self.SucceedsAsync(profile, PolicyPaths.Home ?? "/", ReadSecrets)),
        ("read-by-link", "a link in its folder does not lead a command's read grant elsewhere", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, "cat link/inside", self.WorkspaceLink)),
        ("machine-facts", "a command reads nothing of the machine that only root may", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, MachineFacts)),
        ("limit-runner", "a command can neither read nor set its runner's limits", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, "prlimit --pid $PPID --nofile > /dev/null")),
        ("crash-handler", "the machine's crash handler, which runs outside, is not started for a command", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, "most=$(prlimit --core --noheadings --raw -o HARD) && [ \"$most\" != 1 ]")),
        ("pending-signals", "a command cannot queue all the signals that its user may have waiting", static (self, profile) => self.SucceedsAsync(profile, self.Workspace, AllSignals)),
        ("name-untold", "a name in its folder that other programs run is told when a command has made it", static (self, profile) => self.MakesUntoldAsync(profile)),
        ("leave-session", "what leaves its session and clears its mark ends with the command", static (self, profile) => self.OutlivesAsync(profile)),
        ("other-session", "a command can neither read the environment of another nor end it", static (self, profile) => self.DisturbsAsync(profile)),
    ];

    private string Workspace => range.Workspace;

    private string Link => range.Link;

    private string Folder => range.Folder;

    private string WorkspaceLink => Path.Combine(range.Workspace, "link");

    private async Task<bool> SucceedsAsync(string? profile, string folder, string script, params string[] read)
    {
        try
        {
            return (await RunAsync(Spawn.Shell(script) with { Profile = profile, Folder = folder, Read = read }).ConfigureAwait(false)).Exit is { ShellCode: 0 };
        }
        catch (CommandRefusedException)
        {
            // The command has no such folder.
            return false;
        }
    }

    private async Task<bool> MakesUntoldAsync(string? profile)
    {
        var made = Path.Combine(Workspace, ".git", "commondir");
        try
        {
            var end = await RunAsync(Spawn.Shell("echo . > .git/commondir") with { Profile = profile, Folder = Workspace }).ConfigureAwait(false);
            return File.Exists(made) && end.Exit!.Appeared.Count == 0;
        }
        finally
        {
            File.Delete(made);
        }
    }

    private async Task<bool> OutlivesAsync(string? profile)
    {
        var length = Random.Shared.Next(1_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture);
        var script = $"bash -c 'ulimit -R unlimited; setsid -f setsid -f sleep {length} > /dev/null 2>&1 < /dev/null'";
        await RunAsync(Spawn.Shell(script) with { Profile = profile, Folder = Workspace, DrainTimeout = TimeSpan.FromMilliseconds(100) }).ConfigureAwait(false);
        var survivors = WithArgument(length);
        foreach (var pid in survivors)
        {
            using var survivor = ProcessDescriptor.TryOpen(pid);
            survivor?.TrySignal(9);
        }
        return survivors.Count > 0;
    }

    private async Task<bool> DisturbsAsync(string? profile)
    {
        const string secret = "ACTORBROWSER_PROBE_OF_ANOTHER";
        var other = new Spawn(["sleep", "1000"]) { Profile = profile, Folder = Workspace, Environment = CommandEnvironment.Default with { Variables = new Dictionary<string, CommandText> { [secret] = "1" } } };
        var commands = BrowserClient.For(browser.Browser).Commands;
        var spawned = await commands.StartAsync(other, cancellation).ConfigureAwait(false);
        var read = await SucceedsAsync(profile, Workspace, $"grep -lz {secret}= /proc/[0-9]*/environ 2>/dev/null | grep -q .").ConfigureAwait(false);
        var signalled = await SucceedsAsync(profile, Workspace, $"kill -0 {spawned.ProcessId}").ConfigureAwait(false);
        spawned.Session.Tell(new Terminate(TimeSpan.Zero), Akka.Actor.ActorRefs.NoSender);
        return read || signalled;
    }

    private Task<CommandSnapshot> RunAsync(Spawn spawn) => BrowserClient.For(browser.Browser).Commands.RunAsync(spawn with { TotalTimeout = TimeSpan.FromSeconds(30) }, cancellation);

    private static List<int> WithArgument(string argument)
    {
        var buffer = new byte[4096];
        return [.. ProcessIds.All().Where(pid => SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"), buffer) is > 0 and var length
            && Encoding.UTF8.GetString(buffer, 0, length).Split('\0').Contains(argument))];
    }
}
