using System;
using System.Linq;
using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>The values of a constructor call's arguments. Captured variables and constants are read, not compiled.</summary>
internal static class ExpressionArguments
{
    public static object[] Of(NewExpression created) => [.. created.Arguments.Select(ValueOf)];

    private static object ValueOf(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : ValueOf(member.Expression)),
        UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert when convert.Type.IsAssignableFrom(convert.Operand.Type) => ValueOf(convert.Operand),
        _ => Expression.Lambda<Func<object>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };
}
