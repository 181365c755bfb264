// @ts-nocheck
/**
 * Checks a sweep against its schema: ajv's standalone code, so that no command loads ajv and compiles the schema at its start.
 * Generated from schemas/sweep.schema.json by `npm run generate`; change the schema instead.
 */
"use strict";
export const validate = validate52;
export default validate52;
const schema19 = {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"required":["spec"],"properties":{"name":{"type":"string","pattern":"^[\\p{L}\\p{N}_][\\p{L}\\p{N}._-]{0,63}$"},"spec":{"type":"string","minLength":1},"set":{"type":"object","additionalProperties":true},"variants":{"type":"object","minProperties":1,"additionalProperties":{"type":"object","additionalProperties":false,"properties":{"spec":{"type":"string","minLength":1},"set":{"type":"object","additionalProperties":true},"tune":{"type":"object","minProperties":1,"additionalProperties":{"type":"array","minItems":1}}}}},"grid":{"type":"object","minProperties":1,"additionalProperties":{"type":"array","minItems":1}},"seeds":{"type":"array","minItems":1,"items":{"type":"integer","minimum":0,"maximum":4294967295}},"launcher":{"type":"object","additionalProperties":false,"minProperties":1,"properties":{"slurm":{"type":"object","additionalProperties":false,"properties":{"partition":{"type":"string","pattern":"^[^\\s\"']+$"},"time":{"type":"string","pattern":"^(\\d+(:\\d\\d){0,2}|\\d+-\\d+(:\\d\\d){0,2})$"},"gpus":{"type":"integer","minimum":1,"maximum":16},"cpus":{"type":"integer","minimum":1,"maximum":1024},"memory":{"type":"string","pattern":"^\\d+[KMGT]$"},"account":{"type":"string","pattern":"^[^\\s\"']+$"},"arrayLimit":{"type":"integer","minimum":1,"maximum":1000000},"saveSeconds":{"type":"integer","minimum":1,"maximum":65535},"extra":{"type":"array","items":{"type":"string","pattern":"^--?[a-zA-Z][^\\n\"]*$"}}}}}},"budget":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"tokens":{"type":"integer","minimum":1,"maximum":9007199254740991},"minutes":{"type":"number","exclusiveMinimum":0,"maximum":525600}}}}};
const pattern3 = new RegExp("^[\\p{L}\\p{N}_][\\p{L}\\p{N}._-]{0,63}$", "u");
const pattern4 = new RegExp("^[^\\s\"']+$", "u");
const pattern5 = new RegExp("^(\\d+(:\\d\\d){0,2}|\\d+-\\d+(:\\d\\d){0,2})$", "u");
const pattern6 = new RegExp("^\\d+[KMGT]$", "u");
const pattern8 = new RegExp("^--?[a-zA-Z][^\\n\"]*$", "u");
const func1 = Object.prototype.hasOwnProperty;

function validate52(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate52.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "name") || (key0 === "spec")) || (key0 === "set")) || (key0 === "variants")) || (key0 === "grid")) || (key0 === "seeds")) || (key0 === "launcher")) || (key0 === "budget"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(!pattern3.test(data0)){
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[\\p{L}\\p{N}_][\\p{L}\\p{N}._-]{0,63}$"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.spec !== undefined){
let data1 = data.spec;
if(typeof data1 === "string"){
if(data1.length < 1){
const err4 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.set !== undefined){
let data2 = data.set;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
}
else {
const err6 = {instancePath:instancePath+"/set",schemaPath:"#/properties/set/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.variants !== undefined){
let data3 = data.variants;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(Object.keys(data3).length < 1){
const err7 = {instancePath:instancePath+"/variants",schemaPath:"#/properties/variants/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
for(const key1 in data3){
let data4 = data3[key1];
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
if(!(((key2 === "spec") || (key2 === "set")) || (key2 === "tune"))){
const err8 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variants/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data4.spec !== undefined){
let data5 = data4.spec;
if(typeof data5 === "string"){
if(data5.length < 1){
const err9 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/spec",schemaPath:"#/properties/variants/additionalProperties/properties/spec/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/spec",schemaPath:"#/properties/variants/additionalProperties/properties/spec/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data4.set !== undefined){
let data6 = data4.set;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
}
else {
const err11 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/set",schemaPath:"#/properties/variants/additionalProperties/properties/set/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data4.tune !== undefined){
let data7 = data4.tune;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(Object.keys(data7).length < 1){
const err12 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/tune",schemaPath:"#/properties/variants/additionalProperties/properties/tune/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
for(const key3 in data7){
let data8 = data7[key3];
if(Array.isArray(data8)){
if(data8.length < 1){
const err13 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/tune/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variants/additionalProperties/properties/tune/additionalProperties/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/tune/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variants/additionalProperties/properties/tune/additionalProperties/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/tune",schemaPath:"#/properties/variants/additionalProperties/properties/tune/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/variants/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variants/additionalProperties/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/variants",schemaPath:"#/properties/variants/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.grid !== undefined){
let data9 = data.grid;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(Object.keys(data9).length < 1){
const err18 = {instancePath:instancePath+"/grid",schemaPath:"#/properties/grid/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
for(const key4 in data9){
let data10 = data9[key4];
if(Array.isArray(data10)){
if(data10.length < 1){
const err19 = {instancePath:instancePath+"/grid/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/grid/additionalProperties/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/grid/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/grid/additionalProperties/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/grid",schemaPath:"#/properties/grid/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.seeds !== undefined){
let data11 = data.seeds;
if(Array.isArray(data11)){
if(data11.length < 1){
const err22 = {instancePath:instancePath+"/seeds",schemaPath:"#/properties/seeds/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
const len0 = data11.length;
for(let i0=0; i0<len0; i0++){
let data12 = data11[i0];
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err23 = {instancePath:instancePath+"/seeds/" + i0,schemaPath:"#/properties/seeds/items/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 4294967295 || isNaN(data12)){
const err24 = {instancePath:instancePath+"/seeds/" + i0,schemaPath:"#/properties/seeds/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data12 < 0 || isNaN(data12)){
const err25 = {instancePath:instancePath+"/seeds/" + i0,schemaPath:"#/properties/seeds/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
}
else {
const err26 = {instancePath:instancePath+"/seeds",schemaPath:"#/properties/seeds/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data.launcher !== undefined){
let data13 = data.launcher;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(Object.keys(data13).length < 1){
const err27 = {instancePath:instancePath+"/launcher",schemaPath:"#/properties/launcher/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
for(const key5 in data13){
if(!(key5 === "slurm")){
const err28 = {instancePath:instancePath+"/launcher",schemaPath:"#/properties/launcher/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data13.slurm !== undefined){
let data14 = data13.slurm;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key6 in data14){
if(!(func1.call(schema19.properties.launcher.properties.slurm.properties, key6))){
const err29 = {instancePath:instancePath+"/launcher/slurm",schemaPath:"#/properties/launcher/properties/slurm/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data14.partition !== undefined){
let data15 = data14.partition;
if(typeof data15 === "string"){
if(!pattern4.test(data15)){
const err30 = {instancePath:instancePath+"/launcher/slurm/partition",schemaPath:"#/properties/launcher/properties/slurm/properties/partition/pattern",keyword:"pattern",params:{pattern: "^[^\\s\"']+$"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/launcher/slurm/partition",schemaPath:"#/properties/launcher/properties/slurm/properties/partition/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data14.time !== undefined){
let data16 = data14.time;
if(typeof data16 === "string"){
if(!pattern5.test(data16)){
const err32 = {instancePath:instancePath+"/launcher/slurm/time",schemaPath:"#/properties/launcher/properties/slurm/properties/time/pattern",keyword:"pattern",params:{pattern: "^(\\d+(:\\d\\d){0,2}|\\d+-\\d+(:\\d\\d){0,2})$"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/launcher/slurm/time",schemaPath:"#/properties/launcher/properties/slurm/properties/time/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data14.gpus !== undefined){
let data17 = data14.gpus;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err34 = {instancePath:instancePath+"/launcher/slurm/gpus",schemaPath:"#/properties/launcher/properties/slurm/properties/gpus/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 16 || isNaN(data17)){
const err35 = {instancePath:instancePath+"/launcher/slurm/gpus",schemaPath:"#/properties/launcher/properties/slurm/properties/gpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data17 < 1 || isNaN(data17)){
const err36 = {instancePath:instancePath+"/launcher/slurm/gpus",schemaPath:"#/properties/launcher/properties/slurm/properties/gpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data14.cpus !== undefined){
let data18 = data14.cpus;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err37 = {instancePath:instancePath+"/launcher/slurm/cpus",schemaPath:"#/properties/launcher/properties/slurm/properties/cpus/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 1024 || isNaN(data18)){
const err38 = {instancePath:instancePath+"/launcher/slurm/cpus",schemaPath:"#/properties/launcher/properties/slurm/properties/cpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1024}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data18 < 1 || isNaN(data18)){
const err39 = {instancePath:instancePath+"/launcher/slurm/cpus",schemaPath:"#/properties/launcher/properties/slurm/properties/cpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
if(data14.memory !== undefined){
let data19 = data14.memory;
if(typeof data19 === "string"){
if(!pattern6.test(data19)){
const err40 = {instancePath:instancePath+"/launcher/slurm/memory",schemaPath:"#/properties/launcher/properties/slurm/properties/memory/pattern",keyword:"pattern",params:{pattern: "^\\d+[KMGT]$"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/launcher/slurm/memory",schemaPath:"#/properties/launcher/properties/slurm/properties/memory/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data14.account !== undefined){
let data20 = data14.account;
if(typeof data20 === "string"){
if(!pattern4.test(data20)){
const err42 = {instancePath:instancePath+"/launcher/slurm/account",schemaPath:"#/properties/launcher/properties/slurm/properties/account/pattern",keyword:"pattern",params:{pattern: "^[^\\s\"']+$"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/launcher/slurm/account",schemaPath:"#/properties/launcher/properties/slurm/properties/account/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data14.arrayLimit !== undefined){
let data21 = data14.arrayLimit;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err44 = {instancePath:instancePath+"/launcher/slurm/arrayLimit",schemaPath:"#/properties/launcher/properties/slurm/properties/arrayLimit/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 1000000 || isNaN(data21)){
const err45 = {instancePath:instancePath+"/launcher/slurm/arrayLimit",schemaPath:"#/properties/launcher/properties/slurm/properties/arrayLimit/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data21 < 1 || isNaN(data21)){
const err46 = {instancePath:instancePath+"/launcher/slurm/arrayLimit",schemaPath:"#/properties/launcher/properties/slurm/properties/arrayLimit/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
if(data14.saveSeconds !== undefined){
let data22 = data14.saveSeconds;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err47 = {instancePath:instancePath+"/launcher/slurm/saveSeconds",schemaPath:"#/properties/launcher/properties/slurm/properties/saveSeconds/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 65535 || isNaN(data22)){
const err48 = {instancePath:instancePath+"/launcher/slurm/saveSeconds",schemaPath:"#/properties/launcher/properties/slurm/properties/saveSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data22 < 1 || isNaN(data22)){
const err49 = {instancePath:instancePath+"/launcher/slurm/saveSeconds",schemaPath:"#/properties/launcher/properties/slurm/properties/saveSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data14.extra !== undefined){
let data23 = data14.extra;
if(Array.isArray(data23)){
const len1 = data23.length;
for(let i1=0; i1<len1; i1++){
let data24 = data23[i1];
if(typeof data24 === "string"){
if(!pattern8.test(data24)){
const err50 = {instancePath:instancePath+"/launcher/slurm/extra/" + i1,schemaPath:"#/properties/launcher/properties/slurm/properties/extra/items/pattern",keyword:"pattern",params:{pattern: "^--?[a-zA-Z][^\\n\"]*$"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
else {
const err51 = {instancePath:instancePath+"/launcher/slurm/extra/" + i1,schemaPath:"#/properties/launcher/properties/slurm/properties/extra/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
else {
const err52 = {instancePath:instancePath+"/launcher/slurm/extra",schemaPath:"#/properties/launcher/properties/slurm/properties/extra/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/launcher/slurm",schemaPath:"#/properties/launcher/properties/slurm/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath:instancePath+"/launcher",schemaPath:"#/properties/launcher/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data.budget !== undefined){
let data25 = data.budget;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
if(Object.keys(data25).length > 1){
const err55 = {instancePath:instancePath+"/budget",schemaPath:"#/properties/budget/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(Object.keys(data25).length < 1){
const err56 = {instancePath:instancePath+"/budget",schemaPath:"#/properties/budget/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
for(const key7 in data25){
if(!((key7 === "tokens") || (key7 === "minutes"))){
const err57 = {instancePath:instancePath+"/budget",schemaPath:"#/properties/budget/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data25.tokens !== undefined){
let data26 = data25.tokens;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err58 = {instancePath:instancePath+"/budget/tokens",schemaPath:"#/properties/budget/properties/tokens/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 9007199254740991 || isNaN(data26)){
const err59 = {instancePath:instancePath+"/budget/tokens",schemaPath:"#/properties/budget/properties/tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data26 < 1 || isNaN(data26)){
const err60 = {instancePath:instancePath+"/budget/tokens",schemaPath:"#/properties/budget/properties/tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
if(data25.minutes !== undefined){
let data27 = data25.minutes;
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 525600 || isNaN(data27)){
const err61 = {instancePath:instancePath+"/budget/minutes",schemaPath:"#/properties/budget/properties/minutes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 525600}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(data27 <= 0 || isNaN(data27)){
const err62 = {instancePath:instancePath+"/budget/minutes",schemaPath:"#/properties/budget/properties/minutes/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
else {
const err63 = {instancePath:instancePath+"/budget/minutes",schemaPath:"#/properties/budget/properties/minutes/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
else {
const err64 = {instancePath:instancePath+"/budget",schemaPath:"#/properties/budget/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
else {
const err65 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
validate52.errors = vErrors;
return errors === 0;
}
validate52.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

