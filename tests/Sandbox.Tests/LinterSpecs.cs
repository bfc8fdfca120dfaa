using Akka.Configuration;

namespace ActorBrowser.SandboxTests;

[Trait("Tier", "Fast")]
public sealed class LinterSpecs
{
    [Fact]
    public void The_shipped_profiles_are_ten_and_nothing_is_wrong_with_them()
    {
        Assert.Equal(["command-networked", "command-none", "command-read-only", "command-workspace", "egress", "image-decoder", "network", "renderer", "resolver", "role"], Profiles.Shipped.Profiles.Select(static policy => policy.Name));
        Assert.Empty(Profiles.Shipped.Profiles.SelectMany(PolicyLinter.Check));
    }

    [Theory]
    [InlineData("colour = red", "unknown key 'colour'")]
    [InlineData("limits { memroy = 1 GiB }", "unknown limit 'memroy'")]
    [InlineData("system-calls = [\"@runtime\", opn]", "'opn', which is not a system call")]
    [InlineData("system-calls = [\"@everything\"]", "list of system calls '@everything' does not exist")]
    [InlineData("system-calls = [\"@runtime\", ptrace]", "allows ptrace, which no profile may")]
    [InlineData("system-calls = [\"@runtime\", mount]", "allows mount, which no profile may")]
    [InlineData("system-calls = []", "allows no system call")]
    [InlineData("system-calls = [\"@runtime\", execve]", "lists execve and does not allow exec")]
    [InlineData("read = [\"relative/path\"]", "neither absolute")]
    [InlineData("read = [\"/a/../etc\"]", "write it without '..'")]
    [InlineData("write = [\"/etc\"]", "allows writing to '/etc'")]
    [InlineData("write = [\"@application\"]", "allows writing to '@application'")]
    [InlineData("exec = on", "states no reason for a dangerous allowance: exec")]
    [InlineData("fork = on", "states no reason for a dangerous allowance: fork")]
    [InlineData("datagrams = on\n namespaces = []", "states no reason for a dangerous allowance: datagrams")]
    [InlineData("tcp-connect = [any]\n namespaces = []", "states no reason for a dangerous allowance: tcp-anywhere")]
    [InlineData("read = [\"/\"]", "states no reason for a dangerous allowance: read-everywhere")]
    [InlineData("tcp-connect = [443]", "allows the network but removes it with a namespace")]
    [InlineData("tcp-connect = [http]", "'http' is not a TCP port")]
    [InlineData("tcp-connect = [70000]", "'70000' is not a TCP port")]
    [InlineData("namespaces = [processes]", "hides processes without the mounts namespace")]
    [InlineData("namespaces = [time-machine]", "'time-machine' is not a kind of namespace")]
    [InlineData("require = [magic]", "'magic' is not a layer")]
    [InlineData("require = [files]", "does not require system-calls and no-new-privileges")]
    [InlineData("violation = ignore", "violation is 'ignore', not deny or kill")]
    [InlineData("based-on = nothing", "the base 'nothing' does not exist")]
    [InlineData("reasons { flying = \"because it can\" }", "states a reason for 'flying'")]
    [InlineData("limits { memory = 1 MiB }", "less than 64 MiB")]
    public void What_is_wrong_with_a_profile_stops_the_start_and_is_told(string hocon, string sentence)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Profiles.From($"actorbrowser.sandbox.profiles.mine {{\n {hocon}\n }}"));
        Assert.Contains(sentence, wrong.Message, StringComparison.Ordinal);
        Assert.Contains("mine", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_role_gets_a_profile_the_same_way_and_without_one_the_one_for_roles()
    {
        var settings = Profiles.From(
            """
            actorbrowser.sandbox {
              roles.scanner = scanner
              profiles.scanner {
                description = "reads what is to be scanned"
                read = ["@runtime", "@application", "/srv"]
              }
            }
            """);
        Assert.Contains(new FileRule("/srv", FileRights.Read), settings.ProfileOf("scanner").Files);
        Assert.Equal("role", settings.ProfileOf("another").Name);
    }

    [Fact]
    public void A_role_with_a_profile_that_does_not_exist_stops_the_start()
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Profiles.From("actorbrowser.sandbox.roles.scanner = nonsense"));
        Assert.Contains("the profile 'nonsense' does not exist", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_reads_as_sentences()
    {
        var policy = SandboxPolicy.Named("mine")
            .AllowRead("/srv").AllowTcpConnect(443).DenyExec().AllowSystemCalls("read", "write", "socket", "connect")
            .Require(SandboxLayer.NoNewPrivileges, SandboxLayer.SystemCalls);
        Assert.Empty(PolicyLinter.Check(policy));
        Assert.NotEmpty(PolicyLinter.Check(policy.AllowExec("")));
    }
}
